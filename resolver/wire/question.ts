import { HEADER_BYTES, QUESTION_TAIL_BYTES } from "./codes";
import { lowerCaseBytes } from "./name";

/**
 * What an answer depends on, as one string that serves as the key of every map within this process: the question's wire
 * bytes, one character a byte (lower-case name, type, class), and a last character if a flag is set.
 * The client's network (ECS) is not among it: it is never sent on.
 */
export type QuestionKey = string & { readonly questionKey: unique symbol };

export interface Question {
  /** Wire name in lower case, one character a byte, the root label included. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** The DO bit: signatures are wanted (RFC 3225). */
  readonly dnssecOk: boolean;
  /** The CD bit: an answer that fails validation upstream is wanted all the same (RFC 4035). */
  readonly checkingDisabled: boolean;
}

const DNSSEC_OK = 1;
const CHECKING_DISABLED = 2;
/** Index: the sum of the flags set. A query without flags, the usual one, needs no concatenation. */
const SUFFIX = ["", "\x01", "\x02", "\x03"] as const;

const suffix = (dnssecOk: boolean, checkingDisabled: boolean): string =>
  SUFFIX[((dnssecOk ? DNSSEC_OK : 0) + (checkingDisabled ? CHECKING_DISABLED : 0)) as 0 | 1 | 2 | 3];

/** @param nameEnd offset after the question's name. @param hasUpper whether that name has upper-case letters. */
export function keyOfPacket(
  packet: Buffer,
  nameEnd: number,
  hasUpper: boolean,
  dnssecOk: boolean,
  checkingDisabled: boolean,
): QuestionKey {
  const end = nameEnd + QUESTION_TAIL_BYTES;
  const flags = suffix(dnssecOk, checkingDisabled);
  if (!hasUpper) return (packet.toString("latin1", HEADER_BYTES, end) + flags) as QuestionKey;
  const copy = Buffer.from(packet.subarray(HEADER_BYTES, end));
  lowerCaseBytes(copy, 0, copy.length - QUESTION_TAIL_BYTES);
  return (copy.toString("latin1") + flags) as QuestionKey;
}

const twoBytes = (value: number): string => String.fromCharCode(value >> 8, value & 0xff);

export function keyOf(question: Question): QuestionKey {
  return (question.name +
    twoBytes(question.type) +
    twoBytes(question.class) +
    suffix(question.dnssecOk, question.checkingDisabled)) as QuestionKey;
}

const nameLength = (key: string): number => {
  let at = 0;
  while (key.charCodeAt(at) > 0) at += key.charCodeAt(at) + 1;
  return at + 1;
};

export function questionOf(key: QuestionKey): Question {
  const end = nameLength(key);
  const flags = key.length > end + QUESTION_TAIL_BYTES ? key.charCodeAt(end + QUESTION_TAIL_BYTES) : 0;
  return {
    name: key.slice(0, end),
    type: (key.charCodeAt(end) << 8) | key.charCodeAt(end + 1),
    class: (key.charCodeAt(end + 2) << 8) | key.charCodeAt(end + 3),
    dnssecOk: (flags & DNSSEC_OK) !== 0,
    checkingDisabled: (flags & CHECKING_DISABLED) !== 0,
  };
}

/**
 * The question section's bytes, one character a byte: what every answer under this key begins with after its header.
 */
export const questionSectionOf = (key: QuestionKey): string => key.slice(0, nameLength(key) + QUESTION_TAIL_BYTES);
