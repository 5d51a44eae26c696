import { createSocket } from "node:dgram";

/**
 * An authoritative answer for every name, after a delay: a stand-in for an upstream some way off. A process of its own,
 * so that its work is not the measured server's. Arguments: delay in milliseconds, TTL in seconds. Says `{port}` when
 * it
 * listens, and `{asked}` for each message: how many questions came since the last.
 */
const [delayMs = 30, ttl = 3_600] = process.argv.slice(2).map(Number);

const HEADER_BYTES = 12;
const QUESTION_TAIL_BYTES = 4;
const ADDRESS_RECORD = Buffer.from([0xc0, HEADER_BYTES, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1]);
ADDRESS_RECORD.writeUInt32BE(ttl, 6);

/** The question and one address. What came after the question (OPT) is not repeated: it need not be. */
function answer(query: Buffer): Buffer {
  let at = HEADER_BYTES;
  while (at < query.length && query.readUInt8(at) > 0) at += query.readUInt8(at) + 1;
  const end = at + 1 + QUESTION_TAIL_BYTES;
  const reply = Buffer.concat([query.subarray(0, end), ADDRESS_RECORD]);
  reply.writeUInt16BE(0x8180, 2);
  reply.writeUInt32BE(0x0001_0001, 4);
  reply.writeUInt32BE(0, 8);
  return reply;
}

let asked = 0;
const socket = createSocket({
  type: "udp4",
  recvBufferSize: 4 * 2 ** 20,
  lookup: (host, _options, callback) => callback(null, host, 4),
});
socket.on("message", (query, from) => {
  asked += 1;
  const reply = answer(query);
  setTimeout(() => socket.send(reply, from.port, from.address), delayMs);
});
socket.bind(0, "127.0.0.1", () => process.send?.({ port: socket.address().port }));
process.on("message", () => {
  process.send?.({ asked });
  asked = 0;
});
process.on("disconnect", () => process.exit(0));
