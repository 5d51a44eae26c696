import { HEADER_BYTES, TYPE } from "./codes";
import { endOfName } from "./name";

export type Section = "answer" | "authority" | "additional";

/** A record's place in its message; nothing of it is copied. */
export interface RecordPlace {
  readonly section: Section;
  readonly type: number;
  readonly start: number;
  /** Offset of the 32-bit TTL. */
  readonly ttlAt: number;
  readonly dataAt: number;
  readonly end: number;
}

/**
 * Where the names stand in the data of types that may compress them (RFC 3597, 4): bytes before the first, how many.
 */
const NAMES_IN_DATA: ReadonlyMap<number, readonly [before: number, names: number]> = new Map([
  [TYPE.ns, [0, 1]],
  [TYPE.cname, [0, 1]],
  [TYPE.soa, [0, 2]],
  [TYPE.mb, [0, 1]],
  [TYPE.mg, [0, 1]],
  [TYPE.mr, [0, 1]],
  [TYPE.ptr, [0, 1]],
  [TYPE.minfo, [0, 2]],
  [TYPE.mx, [2, 1]],
  [TYPE.rp, [0, 2]],
  [TYPE.afsdb, [2, 1]],
  [TYPE.rt, [2, 1]],
  [TYPE.srv, [6, 1]],
  [TYPE.kx, [2, 1]],
  [TYPE.dname, [0, 1]],
]);
/** Serial, refresh, retry, expire, minimum. */
const SOA_TAIL_BYTES = 20;

function dataIsSound(message: Buffer, type: number, dataAt: number, end: number): boolean {
  const layout = NAMES_IN_DATA.get(type);
  if (layout === undefined) return true;
  let at = dataAt + layout[0];
  for (let i = 0; i < layout[1]; i++) {
    const next = at < end ? endOfName(message, at) : undefined;
    if (next === undefined || next > end) return false;
    at = next;
  }
  return type === TYPE.soa ? at + SOA_TAIL_BYTES === end : at === end;
}

/** The end of the question section, or undefined when it is malformed. */
export function endOfQuestions(message: Buffer): number | undefined {
  if (message.length < HEADER_BYTES) return undefined;
  let at: number | undefined = HEADER_BYTES;
  for (let i = message.readUInt16BE(4); i > 0 && at !== undefined; i--) {
    at = endOfName(message, at);
    if (at !== undefined) at = at + 4 <= message.length ? at + 4 : undefined;
  }
  return at;
}

/**
 * The place of every record of a message. All names, those in the data of well-known types included, can be read to
 * their end. Done here on the bytes rather than by dns-packet, which turns labels into strings (a dot or a byte above
 * 127
 * within a label is lost) and throws on record types that it knows otherwise; an answer is passed on as it came.
 * @returns undefined when the message is malformed.
 */
export function placesOf(message: Buffer): readonly RecordPlace[] | undefined {
  let at = endOfQuestions(message);
  if (at === undefined) return undefined;
  const places: RecordPlace[] = [];
  const sections: readonly (readonly [Section, number])[] = [
    ["answer", message.readUInt16BE(6)],
    ["authority", message.readUInt16BE(8)],
    ["additional", message.readUInt16BE(10)],
  ];
  for (const [section, count] of sections) {
    for (let i = 0; i < count; i++) {
      const start: number = at;
      const nameEnd = endOfName(message, start);
      if (nameEnd === undefined || nameEnd + 10 > message.length) return undefined;
      const type = message.readUInt16BE(nameEnd);
      const dataAt = nameEnd + 10;
      const end = dataAt + message.readUInt16BE(nameEnd + 8);
      if (end > message.length || !dataIsSound(message, type, dataAt, end)) return undefined;
      places.push({ section, type, start, ttlAt: nameEnd + 4, dataAt, end });
      at = end;
    }
  }
  return places;
}

/** The `minimum` field of a SOA record, in seconds. */
export const soaMinimum = (message: Buffer, soa: RecordPlace): number => message.readUInt32BE(soa.end - 4);
