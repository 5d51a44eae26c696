import { FLAG, HEADER_BYTES, RCODE, TYPE } from "../wire/codes";
import { placesOf, soaMinimum, type RecordPlace } from "../wire/records";
import { clampTtl, negativeTtl, readTtl, type TtlPolicy } from "./ttl";

/** A whole answer as it is kept: bytes to be sent, and when they were true. */
export interface Answer {
  /**
   * The message without OPT, its question in lower case, TTLs as of `storedAt`; one character a byte. A string and not
   * a Buffer, because each Buffer costs some 300 bytes of its own, as much as most answers need.
   */
  readonly wire: string;
  /** Offsets of the TTLs in `wire`. */
  readonly ttlOffsets: readonly number[];
  /** Milliseconds since 1970, by the clock of whoever asked upstream. */
  readonly storedAt: number;
  /** Seconds from `storedAt` for which the whole is fresh; 0 when it must not be kept. */
  readonly ttl: number;
}

export const rcodeOf = (answer: Answer): number => answer.wire.charCodeAt(3) & FLAG.rcode;

const readTtlAt = (message: Buffer, place: RecordPlace): number => readTtl(message.readUInt32BE(place.ttlAt));
const leastTtl = (message: Buffer, places: readonly RecordPlace[]): number =>
  Math.min(Infinity, ...places.map((place) => readTtlAt(message, place)));

/** Seconds for which the message as a whole holds; 0 when RFC 2308 says nothing that lets it be kept. */
function lifetime(message: Buffer, places: readonly RecordPlace[], type: number, policy: TtlPolicy): number {
  const rcode = message.readUInt16BE(2) & FLAG.rcode;
  const answers = places.filter((place) => place.section === "answer");
  const ttl = leastTtl(message, answers);
  if (rcode === RCODE.noError && answers.some((place) => place.type === type)) return clampTtl(ttl, policy);
  if (rcode !== RCODE.noError && rcode !== RCODE.nameError) return 0;
  const soa = places.find((place) => place.section === "authority" && place.type === TYPE.soa);
  return soa === undefined ? 0 : negativeTtl(readTtlAt(message, soa), soaMinimum(message, soa), ttl, policy);
}

/**
 * Makes an answer of an upstream's message, which is left as it is. TTLs are brought within the policy; OPT, and what
 * may follow it, is left out (it belongs to one hop; nothing that stays can point behind it).
 * @param section the question's bytes in lower case: what the message's question is replaced with.
 * @param type the question's.
 * @returns undefined when the message is malformed.
 */
export function answerFromUpstream(
  message: Buffer,
  section: string,
  type: number,
  policy: TtlPolicy,
  nowMs: number,
): Answer | undefined {
  const all = placesOf(message);
  if (all === undefined) return undefined;
  const optIndex = all.findIndex((place) => place.type === TYPE.opt);
  const places = optIndex < 0 ? all : all.slice(0, optIndex);
  const opt = all[optIndex];
  // The upper bits of a code travel in OPT: BADVERS would look like "no error".
  if (opt !== undefined && message.readUInt8(opt.ttlAt) !== 0) return undefined;
  if (all.slice(places.length).some((place) => place.section !== "additional")) return undefined;

  const ttl = lifetime(message, places, type, policy);
  const end = places.at(-1)?.end ?? HEADER_BYTES + section.length;
  const copy = Buffer.from(message.subarray(0, end));
  copy.write(section, HEADER_BYTES, "latin1");
  copy.writeUInt16BE(places.filter((place) => place.section === "additional").length, 10);
  const isNegative = !places.some((place) => place.section === "answer" && place.type === type);
  for (const place of places) {
    const shown = clampTtl(readTtlAt(message, place), policy);
    // RFC 2308, 5: the SOA of a negative answer tells the next cache how long it holds.
    const isMeasure = isNegative && place.type === TYPE.soa && place.section === "authority";
    copy.writeUInt32BE(isMeasure ? Math.min(shown, Math.max(ttl, 0)) : shown, place.ttlAt);
  }
  return { wire: copy.toString("latin1"), ttlOffsets: places.map((place) => place.ttlAt), storedAt: nowMs, ttl };
}

/** What a cache that others write to says of a message. */
export interface StoredAge {
  /** Milliseconds since 1970, by the clock of whoever wrote it. */
  readonly storedAt: number;
  readonly ttl: number;
}

/** What this replica holds against it. */
export interface StoredLimits {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Seconds; what was written under another policy is cut to it. */
  readonly mostTtl: number;
}

/**
 * Makes an answer of bytes that the shared cache held, believing none of them: not even the time, since a clock that is
 * ahead would keep an answer fresh for as long as it is.
 * @returns undefined when they are malformed, no answer, or the answer to something else than `section`.
 */
export function answerFromStore(
  message: Buffer,
  section: string,
  { storedAt, ttl }: StoredAge,
  { nowMs, mostTtl }: StoredLimits,
): Answer | undefined {
  const places = placesOf(message);
  if (
    places !== undefined &&
    (message.readUInt16BE(2) & (FLAG.response | FLAG.opcode | FLAG.truncated)) !== FLAG.response
  )
    return undefined;
  if (places === undefined || message.readUInt16BE(4) !== 1 || places.some((place) => place.type === TYPE.opt))
    return undefined;
  if ((places.at(-1)?.end ?? HEADER_BYTES + section.length) !== message.length) return undefined;
  for (const { ttlAt } of places) message.writeUInt32BE(Math.min(readTtl(message.readUInt32BE(ttlAt)), mostTtl), ttlAt);
  const wire = message.toString("latin1");
  if (!wire.startsWith(section, HEADER_BYTES)) return undefined;
  return {
    wire,
    ttlOffsets: places.map((place) => place.ttlAt),
    storedAt: Math.min(storedAt, nowMs),
    ttl: Math.min(ttl, mostTtl),
  };
}
