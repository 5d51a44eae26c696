// Sets the clock of the Node process off whose debugger listens on this network: evaluateInGuard.ts MILLISECONDS
import { get } from "node:http";
import { randomBytes } from "node:crypto";

const DEBUGGER = "http://127.0.0.1:9229";
const offset = Number(process.argv[2]);
const expression = `(() => {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length === 0 ? super(Real.now() + ${offset}) : super(...given); }
    static now() { return Real.now() + ${offset}; }
  };
  return new Date().toISOString();
})()`;

async function main(): Promise<void> {
  const [target] = (await (await fetch(`${DEBUGGER}/json/list`)).json()) as readonly { readonly id: string }[];
  if (target === undefined) throw new Error("the debugger has no target");
  const message = Buffer.from(JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression } }));
  const key = randomBytes(16).toString("base64");
  await new Promise<void>((resolve, reject) => {
    const request = get(`${DEBUGGER}/${target.id}`, {
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": key,
      },
    });
    request.once("error", reject);
    request.once("response", ({ statusCode }) => reject(new Error(`the debugger answers ${statusCode}`)));
    request.once("upgrade", (_, socket) => {
      socket.once("error", reject);
      socket.once("data", (reply: Buffer) => {
        socket.destroy();
        const text = reply.toString("utf8");
        if (/exceptionDetails|"error"/.test(text)) reject(new Error(text));
        else resolve();
      });
      socket.write(frame(message));
    });
  });
}

/** RFC 6455: one text message from a client, whose mask of zeros leaves it as it is. */
function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(0x81, 0);
  head.writeUInt8(0x80 | 126, 1);
  head.writeUInt16BE(message.length, 2);
  return Buffer.concat([head, message]);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
