import { CLASS, FLAG, HEADER_BYTES, LEAST_UDP_BYTES, OPT_BYTES, QUESTION_TAIL_BYTES, RCODE, TYPE } from "./codes";
import { readPlainName } from "./name";
import { keyOfPacket, type QuestionKey } from "./question";

/** What a reply must repeat or heed of the client's message. */
export interface Envelope {
  readonly id: number;
  /** Opcode, RD and CD are repeated. */
  readonly flags: number;
  /** Offset after the question section, or 12 when there is none that can be repeated. */
  readonly questionEnd: number;
  readonly edns: Edns | undefined;
}

export interface Edns {
  /** The largest UDP answer the client takes, in bytes; at least 512. */
  readonly udpBytes: number;
  readonly dnssecOk: boolean;
}

/** A question that a cache or an upstream can answer. */
export interface Query {
  readonly verdict: "query";
  readonly envelope: Envelope;
  readonly key: QuestionKey;
  /** The AD bit is shown to clients that ask for it, by AD or DO (RFC 6840, 5.7). */
  readonly wantsAuthenticData: boolean;
}

export type Parsed =
  | Query
  /** No reply: it is one itself, or no message at all. A reply to it could start a loop or hit a forged source. */
  | { readonly verdict: "drop" }
  /** A reply without records. @see RCODE */
  | { readonly verdict: "refuse"; readonly envelope: Envelope; readonly rcode: number }
  /** ANY: the minimal answer of RFC 8482, so that nobody is hit with everything a name has. */
  | { readonly verdict: "any"; readonly envelope: Envelope };

const DROP = { verdict: "drop" } as const;
const MORE_THAN_ONE_OPT = "more than one OPT";

interface Opt extends Edns {
  readonly version: number;
}

/**
 * Whether the options of an OPT, each with code and length before it, fill its data. What they say is for nobody here.
 */
function optionsAreSound(packet: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at + 4 <= end && end <= packet.length) at += 4 + packet.readUInt16BE(at + 2);
  return at === end;
}

/** Walks the additional section. @returns undefined when it is malformed. */
function findOpt(packet: Buffer, start: number, records: number): Opt | "none" | undefined | typeof MORE_THAN_ONE_OPT {
  let at = start;
  let found: Opt | "none" = "none";
  for (let i = 0; i < records; i++) {
    const name = readPlainName(packet, at);
    if (name === undefined || name.end + OPT_BYTES - 1 > packet.length) return undefined;
    const type = packet.readUInt16BE(name.end);
    if (type === TYPE.opt) {
      if (found !== "none") return MORE_THAN_ONE_OPT;
      if (
        name.end - at !== 1 ||
        !optionsAreSound(packet, name.end + 10, name.end + 10 + packet.readUInt16BE(name.end + 8))
      )
        return undefined;
      found = {
        udpBytes: Math.max(packet.readUInt16BE(name.end + 2), LEAST_UDP_BYTES),
        version: packet.readUInt8(name.end + 5),
        dnssecOk: (packet.readUInt8(name.end + 6) & 0x80) !== 0,
      };
    }
    at = name.end + 10 + packet.readUInt16BE(name.end + 8);
    if (at > packet.length) return undefined;
  }
  return found;
}

/**
 * Judges a client's message; never throws, whatever it holds. The cheap checks come first: most of what a flood holds
 * ends there.
 */
export function parseQuery(packet: Buffer): Parsed {
  if (packet.length < HEADER_BYTES) return DROP;
  const flags = packet.readUInt16BE(2);
  if ((flags & FLAG.response) !== 0) return DROP;
  const bare: Envelope = { id: packet.readUInt16BE(0), flags, questionEnd: HEADER_BYTES, edns: undefined };
  if ((flags & FLAG.opcode) !== 0) return { verdict: "refuse", envelope: bare, rcode: RCODE.notImplemented };
  const oneQuestion = packet.readUInt16BE(4) === 1 && packet.readUInt32BE(6) === 0;
  const name = oneQuestion ? readPlainName(packet, HEADER_BYTES) : undefined;
  if (name === undefined || name.end + QUESTION_TAIL_BYTES > packet.length)
    return { verdict: "refuse", envelope: bare, rcode: RCODE.formatError };

  const questionEnd = name.end + QUESTION_TAIL_BYTES;
  const additionals = packet.readUInt16BE(10);
  const opt = additionals === 0 ? "none" : findOpt(packet, questionEnd, additionals);
  if (opt === undefined || opt === MORE_THAN_ONE_OPT)
    return { verdict: "refuse", envelope: { ...bare, questionEnd }, rcode: RCODE.formatError };
  const edns = opt === "none" ? undefined : opt;
  const envelope: Envelope = { id: bare.id, flags, questionEnd, edns };
  if (edns !== undefined && edns.version !== 0) return { verdict: "refuse", envelope, rcode: RCODE.badVersion };

  const type = packet.readUInt16BE(name.end);
  const recordClass = packet.readUInt16BE(name.end + 2);
  if (recordClass !== CLASS.internet) return { verdict: "refuse", envelope, rcode: RCODE.refused };
  if (type === TYPE.any) return { verdict: "any", envelope };
  const isMeta = type === 0 || type === TYPE.opt || (type >= TYPE.firstMeta && type < TYPE.any);
  // A question without RD asks what is in the cache: it would show a stranger which names others use.
  if (isMeta || (flags & FLAG.recursionDesired) === 0) return { verdict: "refuse", envelope, rcode: RCODE.refused };

  const dnssecOk = edns?.dnssecOk ?? false;
  return {
    verdict: "query",
    envelope,
    key: keyOfPacket(packet, name.end, name.hasUpper, dnssecOk, (flags & FLAG.checkingDisabled) !== 0),
    wantsAuthenticData: dnssecOk || (flags & FLAG.authenticData) !== 0,
  };
}
