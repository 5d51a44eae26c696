import { createSocket, type Socket } from "node:dgram";
import { FLAG } from "../wire/codes";
import type { UpstreamAddress } from "./address";
import { ExchangeFailure } from "./exchange";
import { matchReply, type Request } from "./request";

/** What came back over UDP: the reply, or the advice to ask again over TCP. */
export type UdpReply = Buffer | "ask-over-tcp";

/** Wrong replies to one request after which somebody is guessing: TCP cannot be guessed. */
const MOST_FOREIGN = 8;

type Lookup = (host: string, options: unknown, callback: (error: null, address: string, family: number) => void) => void;
/** Addresses need no lookup; Node's own takes a turn of the event loop for each. */
const noLookup = (family: 4 | 6): Lookup => (host, _options, callback) => callback(null, host, family);

/**
 * Sends one request and waits for its reply, on a socket of its own: the kernel gives it a random port and, as it is
 * connected, delivers only what comes from the upstream's address and port, and tells when nothing listens there.
 * @param timeoutMs how long to wait.
 * @throws ExchangeFailure
 */
export function exchangeOverUdp(upstream: UpstreamAddress, request: Request, timeoutMs: number): Promise<UdpReply> {
  return new Promise((resolve, reject) => {
    const socket: Socket = createSocket({ type: upstream.family === 6 ? "udp6" : "udp4", lookup: noLookup(upstream.family) });
    let foreign = 0;
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      // A late error of a socket on its way out is nobody's concern.
      socket.on("error", () => undefined);
      socket.close();
      finish();
    };
    const timer = setTimeout(() => settle(() => reject(new ExchangeFailure("timeout"))), timeoutMs);
    socket.on("error", () => settle(() => reject(new ExchangeFailure("unreachable"))));
    socket.on("message", (message) => {
      const match = matchReply(message, request);
      if (match === "answer") {
        const isTruncated = (message.readUInt16BE(2) & FLAG.truncated) !== 0;
        settle(() => resolve(isTruncated ? "ask-over-tcp" : message));
      } else if (match === "other-case" || ++foreign >= MOST_FOREIGN) {
        settle(() => resolve("ask-over-tcp"));
      }
    });
    socket.connect(upstream.port, upstream.host, () => socket.send(request.packet));
  });
}
