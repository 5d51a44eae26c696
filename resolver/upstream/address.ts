import { isIP } from "node:net";

/** An upstream server: an address, not a name, since names are what it is asked for. */
export interface UpstreamAddress {
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6;
}

const DNS_PORT = 53;

/**
 * Reads `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`. @param leastPort 0 for a socket of ours,
 * whose port the kernel may choose. @returns undefined for anything else.
 */
export function parseAddress(
  text: string,
  { leastPort = 1 }: { readonly leastPort?: number } = {},
): UpstreamAddress | undefined {
  const parts = /^(?:\[([^\]]+)\]|([0-9.]+))(?::(\d{1,5}))?$/.exec(text);
  const host = parts?.[1] ?? parts?.[2] ?? text;
  const family = isIP(host);
  const port = parts?.[3] === undefined ? DNS_PORT : Number(parts[3]);
  if ((family !== 4 && family !== 6) || port < leastPort || port > 65_535) return undefined;
  return { host, port, family };
}

export const describeAddress = ({ host, port, family }: UpstreamAddress): string =>
  family === 6 ? `[${host}]:${port}` : `${host}:${port}`;
