import { connect } from "node:net";
import { afterPendingIo } from "../afterPendingIo";
import { FLAG, MOST_MESSAGE_BYTES } from "../wire/codes";
import { frame, Unframer } from "../wire/framing";
import type { UpstreamAddress } from "./address";
import { ExchangeFailure, type Patience } from "./exchange";
import { matchReply, type Request } from "./request";

/**
 * Sends one request over a TCP connection of its own and waits for the reply. A name that comes back in another case is
 * accepted: here nobody off the path can have written it.
 * Connecting counts towards the time that it may take.
 * @throws ExchangeFailure
 */
export function exchangeOverTcp(
  upstream: UpstreamAddress,
  request: Request,
  { timeoutMs, callOff }: Patience,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const unframer = new Unframer(MOST_MESSAGE_BYTES);
    const socket = connect({ host: upstream.host, port: upstream.port, family: upstream.family, noDelay: true });
    const settle = (finish: () => void): void => {
      cancelTimeout();
      stay();
      socket.removeAllListeners();
      socket.on("error", () => undefined);
      socket.destroy();
      finish();
    };
    const fail = (problem: ExchangeFailure["problem"]): void => settle(() => reject(new ExchangeFailure(problem)));
    const stay = callOff.onCall(() => fail("overtaken"));
    const cancelTimeout = afterPendingIo(timeoutMs, () => fail("timeout"));
    socket.on("error", () => fail("unreachable"));
    socket.on("end", () => fail("unreachable"));
    socket.on("data", (chunk) => {
      const message = unframer.push(chunk)[0];
      if (message === undefined) return;
      if (typeof message === "string") return fail("malformed");
      const isReply = matchReply(message, request) !== "foreign" && (message.readUInt16BE(2) & FLAG.truncated) === 0;
      if (isReply) settle(() => resolve(message));
      else fail("malformed");
    });
    socket.write(frame(request.packet));
  });
}
