/**
 * Names of record types as they stand in keys and in what an operator types. dns-packet's table lacks SVCB and HTTPS,
 * which browsers ask for with every name, so the table is ours. Changing a name here loses what the shared cache holds
 * under it.
 */
const NAMES: ReadonlyMap<number, string> = new Map([
  [1, "A"],
  [2, "NS"],
  [5, "CNAME"],
  [6, "SOA"],
  [10, "NULL"],
  [12, "PTR"],
  [13, "HINFO"],
  [15, "MX"],
  [16, "TXT"],
  [17, "RP"],
  [18, "AFSDB"],
  [24, "SIG"],
  [25, "KEY"],
  [28, "AAAA"],
  [29, "LOC"],
  [33, "SRV"],
  [35, "NAPTR"],
  [36, "KX"],
  [37, "CERT"],
  [39, "DNAME"],
  [42, "APL"],
  [43, "DS"],
  [44, "SSHFP"],
  [45, "IPSECKEY"],
  [46, "RRSIG"],
  [47, "NSEC"],
  [48, "DNSKEY"],
  [49, "DHCID"],
  [50, "NSEC3"],
  [51, "NSEC3PARAM"],
  [52, "TLSA"],
  [53, "SMIMEA"],
  [55, "HIP"],
  [59, "CDS"],
  [60, "CDNSKEY"],
  [61, "OPENPGPKEY"],
  [62, "CSYNC"],
  [63, "ZONEMD"],
  [64, "SVCB"],
  [65, "HTTPS"],
  [99, "SPF"],
  [108, "EUI48"],
  [109, "EUI64"],
  [255, "ANY"],
  [256, "URI"],
  [257, "CAA"],
  [32768, "TA"],
  [32769, "DLV"],
]);
const NUMBERS: ReadonlyMap<string, number> = new Map([...NAMES].map(([type, name]) => [name, type]));
const ANY = 255;

/** Every type with a name that can be cached: what `flush NAME` removes when no type is given. */
export const cacheableTypes: readonly number[] = [...NAMES.keys()].filter((type) => type !== ANY);

/** "A", "HTTPS", or "TYPE65280" for what has no name (RFC 3597). */
export const typeToText = (type: number): string => NAMES.get(type) ?? `TYPE${type}`;

/** The number of "A", "https" or "TYPE65280"; undefined when there is no such type. */
export function typeFromText(text: string): number | undefined {
  const generic = /^TYPE(\d{1,5})$/i.exec(text)?.[1];
  if (generic === undefined) return NUMBERS.get(text.toUpperCase());
  return Number(generic) <= 0xffff ? Number(generic) : undefined;
}
