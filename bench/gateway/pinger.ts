// Writes over plain sockets, one at a time on each: HOST PORT USER PASSWORD_FILE CONNECTIONS SECONDS. Prints {rate,
// p50, p99} (ms).
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { percentile } from "../resolver/statistics";

const [host = "", port = "", user = "", passwordFile = "", connections = "", seconds = ""] = process.argv.slice(2);
const command = (...words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
const OK = "+OK\r\n";
const WARM_MS = 1_000;

/** One connection's writes until `end`; resolves to their times in milliseconds after the warm-up. */
function writes(number: number, from: number, end: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    const write = command("SET", `cache:bench:gateway:${number}`, "x".repeat(100));
    const socket = connect({ host, port: Number(port), noDelay: true }).setEncoding("latin1");
    let asked = 0;
    socket.once("error", reject);
    socket.once("connect", () => socket.write(command("AUTH", user, readFileSync(passwordFile, "utf8"))));
    socket.on("data", (text: string) => {
      if (text !== OK) return void socket.destroy(new Error(`answer ${text.trim()}`));
      const now = performance.now();
      if (asked > from) times.push(now - asked);
      if (now > end) {
        socket.destroy();
        return resolve(times);
      }
      asked = now;
      return void socket.write(write);
    });
  });
}

async function main(): Promise<void> {
  const from = performance.now() + WARM_MS;
  const end = from + Number(seconds) * 1000;
  const times = (
    await Promise.all(Array.from({ length: Number(connections) }, (_, number) => writes(number, from, end)))
  ).flat();
  console.log(
    JSON.stringify({ rate: times.length / Number(seconds), p50: percentile(times, 0.5), p99: percentile(times, 0.99) }),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
