import { isIP } from "node:net";

/** A CIDR with the parts of it that are taken out. */
export interface AddressBlock {
  readonly cidr: string;
  readonly except: readonly string[];
}

const SPACE = { 4: 2n ** 32n, 6: 2n ** 128n } as const;

/** The addresses of a block as numbers of its family. */
interface Range {
  readonly family: 4 | 6;
  readonly bits: number;
  readonly first: bigint;
  readonly last: bigint;
}

const ranges = new Map<string, Range | undefined>();

/** Whether `ip` lies in `cidr` (a bare address counts as a block of one). What is no CIDR holds nothing. */
export function inCidr(ip: string, cidr: string): boolean {
  const block = rangeOf(cidr);
  const address = rangeOf(ip);
  return (
    block !== undefined &&
    address !== undefined &&
    block.family === address.family &&
    block.first <= address.first &&
    address.first <= block.last
  );
}

export const inBlock = (ip: string, block: AddressBlock): boolean =>
  inCidr(ip, block.cidr) && !block.except.some((each) => inCidr(ip, each));

/** Blocks wider than this are nobody in particular. */
const LEAST_BITS = { 4: 8, 6: 24 } as const;

export function isNarrow(cidr: string): boolean {
  const block = rangeOf(cidr);
  return block !== undefined && block.bits >= LEAST_BITS[block.family];
}

/**
 * Addresses that tell blocks apart: the first of each, and the one after its end. Wherever a union of blocks without
 * others reaches, it reaches one of these of the blocks concerned.
 */
export function edges(cidrs: readonly string[]): string[] {
  return cidrs.flatMap((cidr) => {
    const range = rangeOf(cidr);
    if (range === undefined) return [];
    const after = range.last + 1n;
    return [range.first, ...(after < SPACE[range.family] ? [after] : [])].map((address) =>
      format(address, range.family),
    );
  });
}

/** Whether a block leaves out no address of its family. */
export const holdsAll = ({ cidr, except }: AddressBlock): boolean =>
  rangeOf(cidr)?.bits === 0 && except.every((each) => rangeOf(each) === undefined);

interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

/** Addresses of many blocks; looking one up costs the logarithm of their number. */
export class AddressSet {
  private readonly spans: Readonly<Record<4 | 6, readonly Span[]>>;

  constructor(blocks: readonly AddressBlock[]) {
    const pieces = blocks.flatMap(piecesOf);
    const of = (family: 4 | 6): readonly Span[] => joined(pieces.filter((piece) => piece.family === family));
    this.spans = { 4: of(4), 6: of(6) };
  }

  has(ip: string): boolean {
    const address = rangeOf(ip);
    if (address === undefined) return false;
    const spans = this.spans[address.family];
    let [low, high] = [0, spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const span = spans[middle];
      if (span !== undefined && span.last < address.first) low = middle + 1;
      else high = middle;
    }
    const found = spans[low];
    return found !== undefined && found.first <= address.first;
  }

  /** Which part of all addresses of a family it holds. */
  share(family: 4 | 6): number {
    const held = this.spans[family].reduce((sum, { first, last }) => sum + (last - first + 1n), 0n);
    return Number((held * 1_000_000n) / SPACE[family]) / 1_000_000;
  }
}

/** What is left of a block without its exceptions. */
function piecesOf({ cidr, except }: AddressBlock): Range[] {
  const whole = rangeOf(cidr);
  if (whole === undefined) return [];
  const holes = joined(except.flatMap((each) => rangeOf(each) ?? []).filter((each) => each.family === whole.family));
  const pieces: Range[] = [];
  let { first } = whole;
  for (const hole of holes) {
    if (hole.last < first || hole.first > whole.last) continue;
    if (hole.first > first) pieces.push({ ...whole, first, last: hole.first - 1n });
    first = hole.last + 1n;
  }
  if (first <= whole.last) pieces.push({ ...whole, first });
  return pieces;
}

/** In order, those that meet as one. */
function joined(spans: readonly Span[]): Span[] {
  const result: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of [...spans].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    const previous = result.at(-1);
    if (previous !== undefined && first <= previous.last + 1n)
      previous.last = last > previous.last ? last : previous.last;
    else result.push({ first, last });
  }
  return result;
}

function rangeOf(cidr: string): Range | undefined {
  if (!ranges.has(cidr)) ranges.set(cidr, parse(cidr));
  return ranges.get(cidr);
}

function parse(cidr: string): Range | undefined {
  const [address = "", written, ...rest] = cidr.split("/");
  const family = isIP(address);
  if (rest.length > 0 || (family !== 4 && family !== 6)) return undefined;
  const width = family === 4 ? 32 : 128;
  const bits = written === undefined ? width : /^\d{1,3}$/.test(written) ? Number(written) : -1;
  if (bits < 0 || bits > width) return undefined;
  const size = 2n ** BigInt(width - bits);
  const first = ((family === 4 ? number4(address) : number6(address)) / size) * size;
  return { family, bits, first, last: first + size - 1n };
}

const number4 = (address: string): bigint => address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);

function number6(address: string): bigint {
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const tail =
    embedded === null
      ? ""
      : number4(embedded[2] ?? "")
          .toString(16)
          .padStart(8, "0");
  const text = embedded === null ? address : `${embedded[1] ?? ""}${tail.slice(0, 4)}:${tail.slice(4)}`;
  const [left = "", right] = text.split("::");
  const words = (part: string): string[] => part.split(":").filter((word) => word !== "");
  const [before, after] = [words(left), words(right ?? "")];
  const zeros = right === undefined ? [] : Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].reduce((sum, word) => sum * 65_536n + BigInt(`0x${word}`), 0n);
}

function format(address: bigint, family: 4 | 6): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join(".");
  return Array.from({ length: 8 }, (_, i) => ((address >> BigInt(112 - 16 * i)) & 65_535n).toString(16)).join(":");
}
