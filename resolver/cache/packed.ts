import type { Answer } from "./answer";

/**
 * An answer as one string, one character a byte: when it was true (6 bytes, milliseconds since 1970), TTL (4), number
 * of
 * offsets (2), the offsets (2 each), the message. One flat string costs 16 bytes beside its characters; objects, arrays
 * and numbers of the same content cost 200, and a Buffer 300.
 */
export type PackedAnswer = string & { readonly packedAnswer: unique symbol };

const TTL_AT = 6;
const COUNT_AT = 10;
const HEAD_BYTES = 12;
const BYTES_PER_OFFSET = 2;
const MOST_BYTES = HEAD_BYTES + 65_535 + BYTES_PER_OFFSET * 65_535;

let scratch = Buffer.allocUnsafe(4_096);

export function pack({ storedAt, ttl, ttlOffsets, wire }: Answer): PackedAnswer {
  const wireAt = HEAD_BYTES + BYTES_PER_OFFSET * ttlOffsets.length;
  const end = wireAt + wire.length;
  if (end > scratch.length) scratch = Buffer.allocUnsafe(Math.min(MOST_BYTES, end * 2));
  scratch.writeUIntBE(Math.max(0, storedAt), 0, TTL_AT);
  scratch.writeUInt32BE(ttl, TTL_AT);
  scratch.writeUInt16BE(ttlOffsets.length, COUNT_AT);
  let at = HEAD_BYTES;
  for (const offset of ttlOffsets) at = scratch.writeUInt16BE(offset, at);
  scratch.write(wire, wireAt, "latin1");
  return scratch.toString("latin1", 0, end) as PackedAnswer;
}

const twoBytes = (packed: PackedAnswer, at: number): number => (packed.charCodeAt(at) << 8) | packed.charCodeAt(at + 1);
const fourBytes = (packed: PackedAnswer, at: number): number =>
  twoBytes(packed, at) * 0x10000 + twoBytes(packed, at + 2);

export function unpack(packed: PackedAnswer): Answer {
  const count = twoBytes(packed, COUNT_AT);
  const ttlOffsets: number[] = [];
  for (let i = 0, at = HEAD_BYTES; i < count; i++, at += BYTES_PER_OFFSET) ttlOffsets.push(twoBytes(packed, at));
  return {
    wire: packed.slice(HEAD_BYTES + BYTES_PER_OFFSET * count),
    ttlOffsets,
    storedAt: fourBytes(packed, 0) * 0x10000 + twoBytes(packed, 4),
    ttl: fourBytes(packed, TTL_AT),
  };
}
