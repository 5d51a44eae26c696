import { encode } from "dns-packet";
import { ageAt, remainingTtl } from "../cache/ttl";
import type { Answer } from "../cache/answer";
import { FLAG, HEADER_BYTES, OPT_BYTES, RCODE, TYPE } from "../wire/codes";
import type { Envelope, Query } from "../wire/query";

/** What this server takes over UDP: fits every path without fragments (DNS flag day 2020). */
const OWN_UDP_BYTES = 1232;
/** Option code, length, info code (RFC 8914). */
const EXTENDED_ERROR_BYTES = 6;
const EXTENDED_ERROR_OPTION = 15;

/** Seconds that a stale record is said to hold (RFC 8767, 4). */
export const STALE_TTL = 30;

/** Writes OPT at `at`. @param rcode all 12 bits. @param extendedError an info code of RFC 8914, or undefined. */
function writeOpt(out: Buffer, at: number, dnssecOk: boolean, rcode: number, extendedError: number | undefined): void {
  out.writeUInt8(0, at);
  out.writeUInt16BE(TYPE.opt, at + 1);
  out.writeUInt16BE(OWN_UDP_BYTES, at + 3);
  out.writeUInt8(rcode >> 4, at + 5);
  out.writeUInt8(0, at + 6);
  out.writeUInt16BE(dnssecOk ? 0x8000 : 0, at + 7);
  out.writeUInt16BE(extendedError === undefined ? 0 : EXTENDED_ERROR_BYTES, at + 9);
  if (extendedError === undefined) return;
  out.writeUInt16BE(EXTENDED_ERROR_OPTION, at + 11);
  out.writeUInt16BE(2, at + 13);
  out.writeUInt16BE(extendedError, at + 15);
}

const optBytes = (extendedError: number | undefined): number =>
  OPT_BYTES + (extendedError === undefined ? 0 : EXTENDED_ERROR_BYTES);

/** Opcode, RD and CD come back as they were sent; RA says that recursion is done here. */
const repliedFlags = (envelope: Envelope): number =>
  FLAG.response |
  FLAG.recursionAvailable |
  (envelope.flags & (FLAG.opcode | FLAG.recursionDesired | FLAG.checkingDisabled));

/**
 * A reply without records: a refusal, a failure, or (`truncated`) the request to ask again over TCP. Never larger than
 * the question that it repeats plus OPT, so that nobody can be flooded with it.
 * @param packet the client's message, whose question is repeated byte by byte.
 */
export function replyEmpty(
  packet: Buffer,
  envelope: Envelope,
  rcode: number,
  { truncated = false, extendedError }: { readonly truncated?: boolean; readonly extendedError?: number } = {},
): Buffer {
  const { questionEnd, edns } = envelope;
  const out = Buffer.alloc(questionEnd + (edns === undefined ? 0 : optBytes(extendedError)));
  packet.copy(out, 0, 0, questionEnd);
  out.writeUInt16BE(repliedFlags(envelope) | (truncated ? FLAG.truncated : 0) | (rcode & FLAG.rcode), 2);
  out.writeUInt16BE(questionEnd > HEADER_BYTES ? 1 : 0, 4);
  out.writeUInt32BE(0, 6);
  out.writeUInt16BE(edns === undefined ? 0 : 1, 10);
  if (edns !== undefined) writeOpt(out, questionEnd, edns.dnssecOk, rcode, extendedError);
  return out;
}

/** HINFO "RFC8482": all that a question for ANY is told. Built once; only its question differs. */
const MINIMAL_ANY_RECORD = (() => {
  const message = encode({
    type: "response",
    answers: [{ type: "HINFO", name: ".", ttl: 3600, data: { cpu: "RFC8482", os: "" } }],
  });
  // Its owner is the question's name: a pointer to offset 12 in place of the root.
  return Buffer.concat([Buffer.from([0xc0, HEADER_BYTES]), message.subarray(HEADER_BYTES + 1)]);
})();

/** The minimal answer to ANY (RFC 8482). */
export function replyMinimalAny(packet: Buffer, envelope: Envelope): Buffer {
  const empty = replyEmpty(packet, envelope, RCODE.noError);
  const out = Buffer.concat([
    empty.subarray(0, envelope.questionEnd),
    MINIMAL_ANY_RECORD,
    empty.subarray(envelope.questionEnd),
  ]);
  out.writeUInt16BE(1, 6);
  return out;
}

/** How an answer is to be shown. */
export interface Showing {
  readonly nowMs: number;
  /** Largest reply in bytes; what is larger is answered "truncated". */
  readonly limit: number;
  /** Past its TTL: every record is shown with STALE_TTL (RFC 8767, 4). */
  readonly isStale: boolean;
  /** An info code of RFC 8914 for clients that speak EDNS. */
  readonly extendedError?: number | undefined;
}

/**
 * Sends stored bytes anew: the client's id, flags and spelling of the name (whose case it may have randomised), TTLs
 * less the age. Nothing is parsed here: this is what every cache hit costs.
 */
export function replyFromAnswer(packet: Buffer, query: Query, answer: Answer, showing: Showing): Buffer {
  const { envelope } = query;
  const { wire, ttlOffsets } = answer;
  const { edns, questionEnd } = envelope;
  const size = edns === undefined ? wire.length : wire.length + optBytes(showing.extendedError);
  if (size > showing.limit) return replyEmpty(packet, envelope, RCODE.noError, { truncated: true });

  const out = Buffer.allocUnsafe(size);
  out.write(wire, 0, "latin1");
  packet.copy(out, HEADER_BYTES, HEADER_BYTES, questionEnd);
  out.writeUInt16BE(envelope.id, 0);
  const kept = query.wantsAuthenticData ? FLAG.rcode | FLAG.authenticData : FLAG.rcode;
  out.writeUInt16BE(repliedFlags(envelope) | (wire.charCodeAt(3) & kept), 2);
  const age = ageAt(answer.storedAt, showing.nowMs);
  for (const at of ttlOffsets)
    out.writeUInt32BE(showing.isStale ? STALE_TTL : remainingTtl(out.readUInt32BE(at), age), at);
  if (edns !== undefined) {
    out.writeUInt16BE(out.readUInt16BE(10) + 1, 10);
    writeOpt(out, wire.length, edns.dnssecOk, wire.charCodeAt(3) & FLAG.rcode, showing.extendedError);
  }
  return out;
}
