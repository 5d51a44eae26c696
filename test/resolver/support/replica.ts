import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { freePort } from "../../support/ports";
import { until } from "./until";

const ROOT = join(__dirname, "../../..");
/** A machine that does much else may take its time to start three processes. */
const START_MS = 60_000;

let bundle: string | undefined;

/** One file, as in a container: it starts in a tenth of the time that its sources take. Made once, gone at the end. */
function bundled(): string {
  if (bundle !== undefined) return bundle;
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-resolver-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  bundle = join(folder, "resolver.cjs");
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: ["resolver/main.ts"],
    outfile: bundle,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "error",
  });
  return bundle;
}

interface LogLine {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** The resolver as it runs in a container: its own processes, an environment, signals. */
export class Replica {
  readonly #process: ChildProcess;
  /** When it has ended and all that it and its workers wrote is read: a process may be gone before that. */
  readonly #closed: Promise<unknown>;
  /** All that it wrote, on both outputs. */
  output = "";
  dns = 0;
  http = 0;

  private constructor(env: Readonly<Record<string, string>>, args: readonly string[]) {
    this.#process = spawn(process.execPath, [bundled(), ...args], {
      env: {
        PATH: process.env["PATH"],
        HEIMDALL_BIND_ADDR: "127.0.0.1:0",
        HEIMDALL_HTTP_BIND_ADDR: "127.0.0.1:0",
        HEIMDALL_DRAIN_SECONDS: "0",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#closed = once(this.#process, "close");
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString("utf8")));
  }

  /** Runs it until it ends. @returns code and output. */
  static async run(
    env: Readonly<Record<string, string>>,
    args: readonly string[] = [],
  ): Promise<{ readonly code: number | null; readonly output: string }> {
    const replica = new Replica(env, args);
    return { code: await replica.exit(), output: replica.output };
  }

  static async start(env: Readonly<Record<string, string>>): Promise<Replica> {
    const replica = new Replica({ HEIMDALL_BIND_ADDR: `127.0.0.1:${await freePort()}`, ...env }, []);
    try {
      await until(
        "the resolver is ready",
        () => {
          if (replica.#process.exitCode !== null) throw new Error(`the resolver ended: ${replica.output}`);
          return replica.events("ready").length > 0;
        },
        START_MS,
      );
    } catch (error) {
      replica.kill();
      throw error;
    }
    const [ready] = replica.events("ready");
    replica.dns = Number(ready?.["udp"]);
    replica.http = Number(ready?.["http"]);
    return replica;
  }

  /** The log's lines of one event. */
  events(event: string): readonly LogLine[] {
    return this.output
      .split("\n")
      .filter((line) => line.startsWith("{") && line.endsWith("}"))
      .map((line) => JSON.parse(line) as LogLine)
      .filter((line) => line.event === event);
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  async get(path: string): Promise<{ readonly status: number; readonly body: string }> {
    // On a connection of its own: one that was kept may be closed by the other side just when it is used again.
    const response = await fetch(`http://127.0.0.1:${this.http}${path}`, { headers: { connection: "close" } });
    return { status: response.status, body: await response.text() };
  }

  /**
   * The value of a metric, labels and all, such as `heimdall_cache_hits_total{tier="l1"}`; NaN when it is not there.
   */
  async metric(series: string): Promise<number> {
    const { body } = await this.get("/metrics");
    return Number(
      body
        .split("\n")
        .find((line) => line.startsWith(`${series} `))
        ?.slice(series.length + 1) ?? NaN,
    );
  }

  terminate(): void {
    this.#process.kill("SIGTERM");
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }

  async exit(): Promise<number | null> {
    await this.#closed;
    return this.#process.exitCode;
  }

  /** Ends it in peace. */
  async stop(): Promise<void> {
    this.terminate();
    await this.exit();
  }
}
