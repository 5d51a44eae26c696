import { deflateRawSync, inflateRawSync } from "node:zlib";
import { answerFromStore, type Answer, type StoredLimits } from "../cache/answer";
import { MOST_MESSAGE_BYTES } from "../wire/codes";

/**
 * A value of the shared cache: format (1 byte), flags (1), when it was true (8, milliseconds since 1970), TTL (4,
 * seconds),
 * then the message. It carries its own age, because a replica of the cache may still hold what has expired, and because
 * TTLs must count down alike in every resolver.
 */
const FORMAT = 1;
const COMPRESSED = 1;
const HEAD_BYTES = 14;

/** @param compressAbove bytes of message above which it is deflated; Infinity: never. */
export function encodeValue(answer: Answer, compressAbove: number): Buffer {
  const plain = Buffer.from(answer.wire, "latin1");
  const deflated = plain.length > compressAbove ? deflateRawSync(plain, { level: 1 }) : undefined;
  const body = deflated !== undefined && deflated.length < plain.length ? deflated : plain;
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(FORMAT, 0);
  head.writeUInt8(body === plain ? 0 : COMPRESSED, 1);
  head.writeBigUInt64BE(BigInt(answer.storedAt), 2);
  head.writeUInt32BE(answer.ttl, 10);
  return Buffer.concat([head, body]);
}

/**
 * Reads a value that anyone with the password could have written.
 * @param value may be written to.
 * @param section the question that it must answer, in lower case.
 * @returns undefined when it is of another format, damaged, or the answer to something else.
 */
export function decodeValue(value: Buffer, section: string, limits: StoredLimits): Answer | undefined {
  if (value.length <= HEAD_BYTES || value.readUInt8(0) !== FORMAT) return undefined;
  const body = value.subarray(HEAD_BYTES);
  const message = (value.readUInt8(1) & COMPRESSED) === 0 ? body : inflate(body);
  const storedAt = Number(value.readBigUInt64BE(2));
  if (message === undefined || !Number.isSafeInteger(storedAt)) return undefined;
  return answerFromStore(message, section, { storedAt, ttl: value.readUInt32BE(10) }, limits);
}

function inflate(body: Buffer): Buffer | undefined {
  try {
    return inflateRawSync(body, { maxOutputLength: MOST_MESSAGE_BYTES });
  } catch {
    return undefined;
  }
}
