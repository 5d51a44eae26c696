import { createHash } from "node:crypto";
import type { Reply } from "./resp";

/** Larger values are not sampled: reading them would hold the server up. */
export const MOST_ELEMENTS = 1_000;
export const MOST_BYTES = 64 * 1024;

interface Reading {
  readonly length: string;
  readonly limit: number;
  readonly read: readonly (string | number)[];
  readonly canonical: (reply: readonly Reply[]) => readonly Reply[];
}

const asIs = (items: readonly Reply[]): readonly Reply[] => items;
const compare = (a: Reply, b: Reply): number => Buffer.compare(bytesOf(a), bytesOf(b));
const sorted = (items: readonly Reply[]): readonly Reply[] => [...items].sort(compare);

function pairs(items: readonly Reply[]): [Reply, Reply][] {
  return Array.from({ length: Math.floor(items.length / 2) }, (_, i) => [
    items[2 * i] ?? null,
    items[2 * i + 1] ?? null,
  ]);
}

/** How each type is read, the same on both servers; what their order is left to, is sorted. */
const READINGS: Readonly<Record<string, Reading>> = {
  string: { length: "STRLEN", limit: MOST_BYTES, read: ["GET"], canonical: asIs },
  list: { length: "LLEN", limit: MOST_ELEMENTS, read: ["LRANGE", 0, -1], canonical: asIs },
  set: { length: "SCARD", limit: MOST_ELEMENTS, read: ["SMEMBERS"], canonical: sorted },
  hash: {
    length: "HLEN",
    limit: MOST_ELEMENTS,
    read: ["HGETALL"],
    canonical: (items) =>
      pairs(items)
        .sort(([a], [b]) => compare(a, b))
        .flat(),
  },
  zset: {
    length: "ZCARD",
    limit: MOST_ELEMENTS,
    read: ["ZRANGE", 0, -1, "WITHSCORES"],
    // The servers write the same number in different digits.
    canonical: (items) =>
      pairs(items)
        .map(([member, score]): [Reply, Reply] => [member, Buffer.from(String(Number(bytesOf(score))))])
        .sort(([a], [b]) => compare(a, b))
        .flat(),
  },
  stream: { length: "XLEN", limit: MOST_ELEMENTS, read: ["XRANGE", "-", "+"], canonical: asIs },
};

export const isReadable = (type: string): boolean => type in READINGS;

export const lengthCommand = (type: string, key: Buffer): readonly (string | Buffer | number)[] => [
  READINGS[type]?.length ?? "STRLEN",
  key,
];

export const isTooLong = (type: string, length: Reply): boolean =>
  typeof length !== "number" || length > (READINGS[type]?.limit ?? 0);

export function readCommand(type: string, key: Buffer): readonly (string | Buffer | number)[] {
  const [name = "GET", ...rest] = READINGS[type]?.read ?? [];
  return [name, key, ...rest];
}

/** First 16 hex digits of the SHA-256 of a value as it was read; null when it could not be. */
export function digestOf(type: string, reply: Reply): string | null {
  if (reply === null || reply instanceof Error) return null;
  const items = Array.isArray(reply) ? (reply as readonly Reply[]) : [reply];
  const hash = createHash("sha256").update(type);
  feed(hash, READINGS[type]?.canonical(items) ?? items);
  return hash.digest("hex").slice(0, 16);
}

/** Lengths go in too, so that no two values run together. */
function feed(hash: ReturnType<typeof createHash>, items: readonly Reply[]): void {
  hash.update(`[${items.length}]`);
  for (const item of items) {
    if (Array.isArray(item)) feed(hash, item as readonly Reply[]);
    else {
      const bytes = bytesOf(item);
      hash.update(`${bytes.length}:`).update(bytes);
    }
  }
}

function bytesOf(reply: Reply): Buffer {
  return Buffer.isBuffer(reply) ? reply : Buffer.from(reply === null ? "" : String(reply));
}
