import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import { decode, type DecodedPacket } from "dns-packet";
import { frame, Unframer } from "../../../resolver/wire/framing";
import { plainQuery, queryPacket, type QueryShape } from "./arbitrary";

/** Sends packets over UDP from one port. @returns as many replies as are wanted, or those that came within `ms`. */
export async function exchangeUdp(port: number, packets: readonly Buffer[], wanted = packets.length, ms = 8_000): Promise<readonly Buffer[]> {
  const socket = createSocket("udp4");
  const replies: Buffer[] = [];
  try {
    const done = new Promise<void>((resolve) => {
      setTimeout(resolve, ms).unref();
      socket.on("message", (reply) => {
        replies.push(reply);
        if (replies.length >= wanted) resolve();
      });
    });
    for (const packet of packets) socket.send(packet, port, "127.0.0.1");
    await done;
    return replies;
  } finally {
    socket.close();
  }
}

/** dns-packet names the code; its types do not. */
export type Reply = DecodedPacket & { readonly rcode: string };

export async function ask(port: number, query: string | QueryShape, type: "A" | "AAAA" | "ANY" | "TXT" = "A"): Promise<Reply> {
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

/** Sends packets over one TCP connection. @returns the replies in the order in which they came, until `wanted` or the end. */
export async function exchangeTcp(port: number, packets: readonly Buffer[], wanted = packets.length): Promise<readonly Buffer[]> {
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
