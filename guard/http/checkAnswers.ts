import { createServer, type Server, type Socket } from "node:net";
import type { Server as HttpServer } from "node:http";

/** A check has one line of interest; whoever sends no whole request within this time is no gateway. */
const REQUEST_TIMEOUT_MS = 5_000;

/** Whether the answer is 200, and what is said where it is not. */
export interface CheckAnswer {
  readonly yes: boolean;
  readonly reason: string;
}

/** The whole answer, ready to be sent; each connection asks once. */
function rendered(status: string, body: string): Buffer {
  return Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\ncontent-length: ` +
      `${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const YES = rendered("200 OK", "yes\n");

/** The path of a GET that has arrived whole; null for anything else. */
export function checkPath(request: Buffer): string | null {
  const text = request.toString("latin1");
  return text.endsWith("\r\n\r\n") ? (/^GET ([^ ?]+)(?:\?\S*)? HTTP\/1\.[01]\r\n/.exec(text)?.[1] ?? null) : null;
}

/**
 * A server that answers checks with a prepared buffer and hands every other connection to `rest`. Each gateway asks
 * some eight
 * times a second, on a new connection each time: through Node's HTTP server that was most of what the guard cost.
 */
export function checksBefore(rest: HttpServer, answers: ReadonlyMap<string, () => CheckAnswer>): Server {
  let lastNo = { reason: "", answer: rendered("503 Service Unavailable", "no\n") };
  const answerOf = ({ yes, reason }: CheckAnswer): Buffer => {
    if (yes) return YES;
    if (lastNo.reason !== reason) lastNo = { reason, answer: rendered("503 Service Unavailable", `no: ${reason}\n`) };
    return lastNo.answer;
  };
  return createServer((socket: Socket) => {
    const drop = (): unknown => socket.destroy();
    socket.on("error", drop);
    socket.setTimeout(REQUEST_TIMEOUT_MS, drop);
    socket.once("data", (first: Buffer) => {
      const check = answers.get(checkPath(first) ?? "");
      // Closed as soon as it is written: to wait for the other side's close would cost as much again, and to close in
      // the write's
      // own callback an error that nobody sees.
      if (check !== undefined) return socket.write(answerOf(check()), () => process.nextTick(drop));
      socket.setTimeout(0);
      socket.off("timeout", drop);
      socket.pause();
      socket.unshift(first);
      rest.emit("connection", socket);
      return socket.resume();
    });
  });
}
