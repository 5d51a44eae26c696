import { createSocket } from "node:dgram";
import { decode, encode } from "dns-packet";
import { afterPendingIo } from "../../../resolver/afterPendingIo";

/** How a run of queries went. */
export interface DnsLoadReport {
  readonly asked: number;
  /** Queries without an answer in time, or with another than the name's address. */
  readonly failures: readonly string[];
  /** Queries that were sent twice. */
  readonly sentAgain: number;
  readonly slowestMs: number;
}

/**
 * Asks a resolver over UDP until its standard input ends and so many were asked. Writes an empty line with the first
 * answer, and a
 * DnsLoadReport at the end. Each query comes from a port of its own and is sent once more when there is no answer in
 * time, as stub
 * resolvers do: a datagram may be lost where a machine is busy. Every other name is one that nobody has asked for yet.
 * Arguments: server, port, queries a second, a word of this run's own, the least number of queries.
 */
const [server = "", port = "53", rate = "100", run = "", least = "0"] = process.argv.slice(2);

/** What stub resolvers wait (RES_TIMEOUT), and how often they ask (RES_DFLRETRY). */
const PATIENCE_MS = 5_000;
const TRIES = 2;
const KNOWN_NAMES = 40;
const QTYPE_A = "A";

const failures: string[] = [];
const open = new Set<Promise<void>>();
const begun = performance.now();
let asked = 0;
let answered = false;
let sentAgain = 0;
let slowestMs = 0;

function ask(name: string): Promise<void> {
  const id = Math.floor(Math.random() * 65_536);
  const at = performance.now();
  const socket = createSocket("udp4");
  return new Promise((resolve) => {
    let callOff = (): void => undefined;
    const end = (problem: string | undefined): void => {
      callOff();
      socket.close();
      if (!answered) process.stdout.write("\n");
      answered = true;
      const ms = performance.now() - at;
      slowestMs = Math.max(slowestMs, ms);
      if (problem !== undefined) failures.push(`${name} at ${((at - begun) / 1000).toFixed(2)} s: ${problem}`);
      resolve();
    };
    const query = encode({ type: "query", id, flags: 0x100, questions: [{ type: QTYPE_A, name }] });
    const send = (triesLeft: number): void => {
      socket.send(query, Number(port), server);
      callOff = afterPendingIo(PATIENCE_MS, () => {
        if (triesLeft <= 1) return end("no answer");
        sentAgain += 1;
        send(triesLeft - 1);
      });
    };
    socket.once("error", (error) => end(error.message));
    socket.once("message", (message) => {
      const {
        id: answeredId,
        rcode,
        answers = [],
      } = decode(message) as ReturnType<typeof decode> & { readonly rcode?: string };
      const hasAddress = answers.some((each) => each.type === QTYPE_A);
      end(
        answeredId === id && rcode === "NOERROR" && hasAddress
          ? undefined
          : `${rcode ?? "no code"}, ${answers.length} records`,
      );
    });
    send(TRIES);
  });
}

let told = false;
const timer = setInterval(
  () => {
    if (told && asked >= Number(least)) return end();
    asked += 1;
    const name = asked % 2 === 0 ? `known-${asked % KNOWN_NAMES}.lab.test` : `${run}-${asked}.lab.test`;
    const query = ask(name).finally(() => open.delete(query));
    open.add(query);
  },
  1000 / Number(rate),
);

process.stdin.resume().once("end", () => (told = true));

function end(): void {
  clearInterval(timer);
  void Promise.all(open).then(() => {
    const report: DnsLoadReport = { asked, failures, sentAgain, slowestMs: Math.round(slowestMs) };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  });
}
