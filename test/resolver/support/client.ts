import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import { decode, type DecodedPacket } from "dns-packet";
import { frame, Unframer } from "../../../resolver/wire/framing";
import { plainQuery, queryPacket, type QueryShape } from "./arbitrary";
import { until } from "./until";

/** For what comes, on a machine that does much else. */
const REPLY_MS = 30_000;

/** Sends packets over UDP from one port. @returns one reply for each, or those that came within half a minute. */
export async function exchangeUdp(port: number, packets: readonly Buffer[]): Promise<readonly Buffer[]> {
  const socket = createSocket("udp4");
  const replies: Buffer[] = [];
  try {
    const done = new Promise<void>((resolve) => {
      setTimeout(resolve, REPLY_MS).unref();
      socket.on("message", (reply) => {
        replies.push(reply);
        if (replies.length >= packets.length) resolve();
      });
    });
    for (const packet of packets) socket.send(packet, port, "127.0.0.1");
    await done;
    return replies;
  } finally {
    socket.close();
  }
}

/**
 * Sends packets over UDP from one port, not all of which may be answered. @returns the replies that have come when
 * `isOver`.
 */
export async function exchangeUdpUntil(
  port: number,
  packets: readonly Buffer[],
  isOver: (replies: readonly Buffer[]) => boolean | Promise<boolean>,
): Promise<readonly Buffer[]> {
  const socket = createSocket("udp4");
  const replies: Buffer[] = [];
  try {
    socket.on("message", (reply) => void replies.push(reply));
    for (const packet of packets) socket.send(packet, port, "127.0.0.1");
    await until("the packets are dealt with", () => isOver(replies));
    return replies;
  } finally {
    socket.close();
  }
}

/** dns-packet names the code; its types do not. */
export type Reply = DecodedPacket & { readonly rcode: string };

export async function ask(
  port: number,
  query: string | QueryShape,
  type: "A" | "AAAA" | "ANY" | "TXT" = "A",
): Promise<Reply> {
  const [reply] = await exchangeUdp(port, [queryPacket(typeof query === "string" ? plainQuery(query) : query, type)]);
  if (reply === undefined) throw new Error("no reply");
  return decode(reply) as Reply;
}

/** Resolves when the socket has closed, whether in peace or not: once() would reject on its error. */
export const closeOf = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.on("error", () => undefined);
    socket.once("close", () => resolve());
  });

/**
 * Sends packets over one TCP connection. @returns the replies in the order in which they came, until `wanted` or the
 * end.
 */
export async function exchangeTcp(
  port: number,
  packets: readonly Buffer[],
  wanted = packets.length,
): Promise<readonly Buffer[]> {
  const socket = connect(port, "127.0.0.1");
  const unframer = new Unframer(65_535);
  const replies: Buffer[] = [];
  const closed = closeOf(socket);
  const done = new Promise<void>((resolve) => {
    socket.on("data", (chunk) => {
      const messages = unframer.push(chunk);
      if (messages !== "too large") replies.push(...messages);
      if (replies.length >= wanted) resolve();
    });
  });
  socket.write(Buffer.concat(packets.map(frame)));
  await Promise.race([done, closed]);
  socket.destroy();
  return replies;
}

/** The TTL of the first answer. */
export function ttlOf(packet: DecodedPacket): number {
  const [answer] = packet.answers ?? [];
  return answer !== undefined && "ttl" in answer ? (answer.ttl ?? -1) : -1;
}
