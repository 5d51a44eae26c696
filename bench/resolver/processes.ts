import { spawn, type ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Program } from "./tools";
import { defined } from "../../server/records";

/** A program that runs for as long as a measurement needs it. */
export class Running {
  readonly #process: ChildProcess;
  output = "";

  constructor(program: Program, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#process = spawn(program.file, [...args], {
      ...defined({ argv0: program.argv0 }),
      env: { PATH: process.env["PATH"], ...program.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString("utf8")));
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const exited = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 5_000);
    await exited;
    clearTimeout(timer);
  }

  /** Waits until `isReady`. @throws Error with what the program said, when it ends or takes 10 s. */
  async until(isReady: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + 10_000;
    while (!(await isReady())) {
      if (this.hasEnded || Date.now() > end)
        throw new Error(`a measured program did not start: ${this.output.slice(-500)}`);
      await delay(20);
    }
  }
}

/** A port that is free for both transports at this moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const tcp = createServer().listen(0, "127.0.0.1");
    await once(tcp, "listening");
    const { port } = tcp.address() as AddressInfo;
    const udp = createSocket("udp4");
    const isFree = await new Promise<boolean>((resolve) =>
      udp.once("error", () => resolve(false)).bind(port, "127.0.0.1", () => resolve(true)),
    );
    if (isFree) udp.close();
    tcp.close();
    await once(tcp, "close");
    if (isFree) return port;
  }
}

/** Proportional set size in bytes of a process and its descendants: pages that they share count once. */
export function memoryOf(pid: number): number {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const family = [pid];
  for (let i = 0; i < family.length; i++)
    family.push(...parents.filter(([, parent]) => parent === family[i]).map(([child]) => child));
  return family.reduce((sum, each) => sum + pssOf(each), 0);
}

function parentOf(pid: string): number {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ")[1],
    );
  } catch {
    // It has ended meanwhile.
    return -1;
  }
}

function pssOf(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
