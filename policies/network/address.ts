import { BlockList, isIP } from "node:net";

/** A CIDR with the parts of it that are taken out. */
export interface AddressBlock {
  readonly cidr: string;
  readonly except: readonly string[];
}

const known = new Map<string, BlockList | undefined>();

/** Whether `ip` lies in `cidr` (a bare address counts as a block of one). What is no CIDR holds nothing. */
export function inCidr(ip: string, cidr: string): boolean {
  if (!known.has(cidr)) known.set(cidr, blockList(cidr));
  return known.get(cidr)?.check(ip, isIP(ip) === 6 ? "ipv6" : "ipv4") ?? false;
}

export const inBlock = (ip: string, block: AddressBlock): boolean =>
  inCidr(ip, block.cidr) && !block.except.some((each) => inCidr(ip, each));

/** The number of bits of a CIDR's prefix and the family, or undefined for what is no CIDR. */
export function cidrParts(cidr: string): { readonly address: string; readonly family: 4 | 6; readonly bits: number } | undefined {
  const [address = "", bits, ...rest] = cidr.split("/");
  const family = isIP(address);
  if (rest.length > 0 || (family !== 4 && family !== 6)) return undefined;
  const most = family === 4 ? 32 : 128;
  const size = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  return size >= 0 && size <= most ? { address, family, bits: size } : undefined;
}

function blockList(cidr: string): BlockList | undefined {
  const parts = cidrParts(cidr);
  if (parts === undefined) return undefined;
  const list = new BlockList();
  list.addSubnet(parts.address, parts.bits, parts.family === 4 ? "ipv4" : "ipv6");
  return list;
}
