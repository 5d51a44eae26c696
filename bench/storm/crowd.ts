// Quiet sessions that come back by themselves: HOST PORT USER PASSWORD_FILE SESSIONS. Prints "ready" when all stand;
// when standard input ends, one line of JSON: what happened to them since.
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const [host = "", port = "", user = "", passwordFile = "", sessions = ""] = process.argv.slice(2);
const BACK_OFF_MS = 50;
/** At the beginning: the storm is what comes later. */
const OPENED_A_SECOND = 400;

const words = (...parts: readonly string[]): string =>
  `*${parts.length}\r\n${parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join("")}`;
const GREETING = words("AUTH", user, readFileSync(passwordFile, "utf8")) + words("GET", "cache:bench:crowd");

export interface CrowdReport {
  /** Of each session that was ended: milliseconds until it was served again. */
  readonly back: number[];
  /** Connections that ended: one for each session in a move, if nobody is thrown out again. */
  readonly closed: number;
  readonly errorReplies: Record<string, number>;
  /** Sessions that are not served when it is told to stop. */
  readonly away: number;
}

const report = { back: [] as number[], closed: 0, errorReplies: {} as Record<string, number>, away: 0 };
let standing = 0;
let counting = false;

function session(endedAt: number | null): void {
  let served = false;
  let begun = "";
  const socket = connect({ host, port: Number(port), noDelay: true }).setEncoding("latin1");
  socket.on("connect", () => socket.write(GREETING));
  socket.on("data", (text: string) => {
    begun += text;
    const refused = /^-([A-Z]+)/m.exec(begun)?.[1];
    if (refused !== undefined) {
      report.errorReplies[refused] = (report.errorReplies[refused] ?? 0) + 1;
      socket.destroy();
      return;
    }
    if (served || !/^\+OK\r\n\$/.test(begun)) return;
    served = true;
    standing += 1;
    if (endedAt !== null && counting) report.back.push(performance.now() - endedAt);
  });
  socket.on("error", () => undefined);
  socket.once("close", () => {
    if (served) standing -= 1;
    if (counting && served) report.closed += 1;
    const since = served ? performance.now() : endedAt;
    setTimeout(() => session(since), BACK_OFF_MS);
  });
}

async function main(): Promise<void> {
  const all = Number(sessions);
  for (let at = 0; at < all; at++) {
    session(null);
    if (at % (OPENED_A_SECOND / 10) === 0) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  while (standing < all) await new Promise((resolve) => setTimeout(resolve, 50));
  counting = true;
  console.log("ready");
  for await (const _ of process.stdin) void _;
  report.away = all - standing;
  console.log(JSON.stringify(report));
  process.exit(0);
}

void main();
