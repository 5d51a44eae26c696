import { isIP } from "node:net";

/** A CIDR with the parts of it that are taken out. */
export interface AddressBlock {
  readonly cidr: string;
  readonly except: readonly string[];
}

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
    const most = range.family === 4 ? 2n ** 32n : 2n ** 128n;
    const after = range.last + 1n;
    return [range.first, ...(after < most ? [after] : [])].map((address) => format(address, range.family));
  });
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
