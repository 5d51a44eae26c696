import { randomBytes, randomInt } from "node:crypto";
import { FLAG, HEADER_BYTES, OPT_BYTES, QUESTION_TAIL_BYTES, TYPE } from "../wire/codes";
import { lowerCase, lowerCaseBytes, randomiseCase } from "../wire/name";
import { questionOf, questionSectionOf, type QuestionKey } from "../wire/question";

/** What an upstream is told to send at most over UDP: fits every path without fragments, which can be forged. */
const UDP_BYTES = 1232;
const DNSSEC_OK = 0x8000;

/** A question as it goes to an upstream: one that nobody off the path can guess the answer's shape of. */
export interface Request {
  readonly packet: Buffer;
  readonly id: number;
  /** The question section as it was sent, letters' case included; one character a byte. */
  readonly section: string;
}

export type CaseOfNames = "random" | "lower";

export interface RequestShape {
  readonly caseOfNames: CaseOfNames;
  /** Without it the client's DO is not passed on, and UDP carries 512 bytes. */
  readonly edns: "spoken" | "absent";
}

/**
 * Builds the question of `key` anew for one exchange: a random id, letters of random case. AD is set to learn whether
 * the upstream has validated (RFC 6840, 5.7); CD and DO are the client's.
 */
export function buildRequest(key: QuestionKey, { caseOfNames, edns }: RequestShape): Request {
  const question = questionOf(key);
  const section = questionSectionOf(key);
  const end = HEADER_BYTES + section.length;
  const packet = Buffer.alloc(edns === "spoken" ? end + OPT_BYTES : end);
  const id = randomInt(0x10000);
  packet.writeUInt16BE(id, 0);
  packet.writeUInt16BE(
    FLAG.recursionDesired | FLAG.authenticData | (question.checkingDisabled ? FLAG.checkingDisabled : 0),
    2,
  );
  packet.writeUInt16BE(1, 4);
  packet.write(section, HEADER_BYTES, "latin1");
  if (caseOfNames === "random")
    randomiseCase(packet, HEADER_BYTES, end - QUESTION_TAIL_BYTES, randomBytes(section.length));
  if (edns === "spoken") {
    packet.writeUInt16BE(1, 10);
    packet.writeUInt16BE(TYPE.opt, end + 1);
    packet.writeUInt16BE(UDP_BYTES, end + 3);
    packet.writeUInt16BE(question.dnssecOk ? DNSSEC_OK : 0, end + 7);
  }
  return { packet, id, section: packet.toString("latin1", HEADER_BYTES, end) };
}

/** The same question in lower case under another id. */
export function inLowerCase(request: Request): Request {
  const packet = Buffer.from(request.packet);
  const id = randomInt(0x10000);
  const end = HEADER_BYTES + request.section.length;
  packet.writeUInt16BE(id, 0);
  lowerCaseBytes(packet, HEADER_BYTES, end - QUESTION_TAIL_BYTES);
  return { packet, id, section: packet.toString("latin1", HEADER_BYTES, end) };
}

/**
 * How a message that came back relates to a request. `answer`: it is its reply. `other-case`: it would be, but for the
 * case of the name's letters: forged, or an upstream that does not keep case; only TCP can tell. `foreign`: anything
 * else, to be ignored, because the true reply may still come.
 */
export type Match = "answer" | "other-case" | "foreign";

export function matchReply(message: Buffer, request: Request): Match {
  const end = HEADER_BYTES + request.section.length;
  if (message.length < end || message.readUInt16BE(0) !== request.id) return "foreign";
  const flags = message.readUInt16BE(2);
  if ((flags & FLAG.response) === 0 || (flags & FLAG.opcode) !== 0 || message.readUInt16BE(4) !== 1) return "foreign";
  const section = message.toString("latin1", HEADER_BYTES, end);
  if (section === request.section) return "answer";
  const sameType = section.slice(-QUESTION_TAIL_BYTES) === request.section.slice(-QUESTION_TAIL_BYTES);
  const sameName =
    lowerCase(section.slice(0, -QUESTION_TAIL_BYTES)) === lowerCase(request.section.slice(0, -QUESTION_TAIL_BYTES));
  return sameType && sameName ? "other-case" : "foreign";
}
