import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Program } from "./tools";

const run = promisify(execFile);

export interface DnsperfResult {
  readonly sent: number;
  readonly lost: number;
  readonly perSecond: number;
  /** Milliseconds for each answer; only when asked for. */
  readonly latencies: readonly number[];
}

/** Pure: reads what dnsperf prints. @throws Error when it is something else. */
export function parseDnsperf(printed: string): DnsperfResult {
  const number = (label: string): number => {
    const found = new RegExp(`^\\s*${label}:\\s+([\\d.]+)`, "m").exec(printed)?.[1];
    if (found === undefined) throw new Error(`dnsperf printed no "${label}"; it must be version 2.10 or later`);
    return Number(found);
  };
  // "> NOERROR name type seconds", with -v.
  const latencies = [...printed.matchAll(/^> [A-Z]+ \S+ \S+ ([\d.]+)$/gm)].map(([, seconds]) => Number(seconds) * 1000);
  return {
    sent: number("Queries sent"),
    lost: number("Queries lost"),
    perSecond: number("Queries per second"),
    latencies,
  };
}

export interface Load {
  readonly port: number;
  /** File of names and types, one a line. */
  readonly names: string;
  /** Asks each name once, or the list over and over for so many seconds. */
  readonly for: "once" | { readonly seconds: number };
  /** Queries on their way at once. */
  readonly outstanding: number;
  readonly clients: number;
  /** Queries a second at most. */
  readonly rate?: number;
  readonly latencies?: "kept";
}

export async function dnsperf(
  program: Program,
  { port, names, outstanding, clients, rate, latencies, ...load }: Load,
): Promise<DnsperfResult> {
  const args = [
    "-s",
    "127.0.0.1",
    "-p",
    String(port),
    "-d",
    names,
    "-q",
    String(outstanding),
    "-c",
    String(clients),
    "-t",
    "3",
  ];
  args.push(...(load.for === "once" ? ["-n", "1"] : ["-l", String(load.for.seconds)]));
  if (rate !== undefined) args.push("-Q", String(rate));
  if (latencies === "kept") args.push("-v");
  const { stdout } = await run(program.file, args, {
    env: { ...process.env, ...program.env },
    maxBuffer: 256 * 2 ** 20,
  });
  return parseDnsperf(stdout);
}
