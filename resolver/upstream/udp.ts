import { createSocket, type Socket } from "node:dgram";
import { afterPendingIo } from "../afterPendingIo";
import { FLAG } from "../wire/codes";
import type { UpstreamAddress } from "./address";
import { ExchangeFailure, type Patience } from "./exchange";
import { matchReply, type Request } from "./request";

/**
 * What came back over UDP: the reply, or why it must be asked for again over TCP. `truncated`: it did not fit.
 * `other-case`: the name's letters are not as they were sent. `guessed`: too many replies to something else.
 */
export type UdpReply = Buffer | "truncated" | "other-case" | "guessed";

export interface UdpPatience extends Patience {
  /**
   * Milliseconds after which the packet may be thought lost and is sent again; twice as long each time, up to a second.
   */
  readonly resendAfterMs: number;
}

/** Wrong replies to one request after which somebody is guessing: TCP cannot be guessed. */
const MOST_FOREIGN = 8;
const MOST_RESEND_MS = 1_000;

type Lookup = (
  host: string,
  options: unknown,
  callback: (error: null, address: string, family: number) => void,
) => void;
/** Addresses need no lookup; Node's own takes a turn of the event loop for each. */
const noLookup =
  (family: 4 | 6): Lookup =>
  (host, _options, callback) =>
    callback(null, host, family);

/**
 * Sends one request and waits for its reply, on a socket of its own: the kernel gives it a random port and, as it is
 * connected, delivers only what comes from the upstream's address and port, and tells when nothing listens there. What
 * is sent again is the same packet from the same port: a second question would give a forger a second target.
 * @throws ExchangeFailure
 */
export function exchangeOverUdp(
  upstream: UpstreamAddress,
  request: Request,
  { timeoutMs, resendAfterMs, callOff }: UdpPatience,
): Promise<UdpReply> {
  return new Promise((resolve, reject) => {
    const socket: Socket = createSocket({
      type: upstream.family === 6 ? "udp6" : "udp4",
      lookup: noLookup(upstream.family),
    });
    let foreign = 0;
    let resending: NodeJS.Timeout | undefined;
    const settle = (finish: () => void): void => {
      cancelTimeout();
      clearTimeout(resending);
      stay();
      socket.removeAllListeners();
      // A late error of a socket on its way out is nobody's concern.
      socket.on("error", () => undefined);
      socket.close();
      finish();
    };
    const fail = (problem: ExchangeFailure["problem"]): void => settle(() => reject(new ExchangeFailure(problem)));
    const stay = callOff.onCall(() => fail("overtaken"));
    const cancelTimeout = afterPendingIo(timeoutMs, () => fail("timeout"));
    socket.on("error", () => fail("unreachable"));
    socket.on("message", (message) => {
      const match = matchReply(message, request);
      if (match === "answer") {
        const isTruncated = (message.readUInt16BE(2) & FLAG.truncated) !== 0;
        settle(() => resolve(isTruncated ? "truncated" : message));
      } else if (match === "other-case" || ++foreign >= MOST_FOREIGN) {
        settle(() => resolve(match === "other-case" ? match : "guessed"));
      }
    });
    const send = (againAfterMs: number): void => {
      socket.send(request.packet);
      resending = setTimeout(send, againAfterMs, Math.max(resendAfterMs, Math.min(againAfterMs * 2, MOST_RESEND_MS)));
    };
    socket.connect(upstream.port, upstream.host, () => send(resendAfterMs));
  });
}
