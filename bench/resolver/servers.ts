import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { encode } from "dns-packet";
import { freePort, memoryOf, Running } from "./processes";
import type { Tools } from "./tools";

const BUNDLE = join(__dirname, "../../dist/bundles/resolver.cjs");

/** What a resolver is started with. */
export interface Setting {
  readonly upstreamPort: number;
  /** undefined: a cache of its own and no other. */
  readonly redisPort?: number;
  /** Further variables, for ours only. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A resolver under measurement. */
export interface Subject {
  readonly port: number;
  /** Of its HTTP server; 0 without one. */
  readonly http: number;
  /** Bytes of memory of all its processes. */
  memory(): number;
  stop(): Promise<void>;
}

export type StartSubject = (tools: Tools, setting: Setting) => Promise<Subject>;

/** Ours, as a container runs it. No limit for one client: all queries come from one. */
export const startOurs: StartSubject = async (_tools, { upstreamPort, redisPort, env = {} }) => {
  const redis =
    redisPort === undefined
      ? { HEIMDALL_REDIS_ENABLED: "false" }
      : { HEIMDALL_REDIS_URL: `redis://127.0.0.1:${redisPort}`, HEIMDALL_REDIS_WARM_NAMES: "0" };
  const running = new Running({ file: process.execPath, env: {} }, [BUNDLE], {
    HEIMDALL_BIND_ADDR: "127.0.0.1:0",
    HEIMDALL_HTTP_BIND_ADDR: "127.0.0.1:0",
    HEIMDALL_UPSTREAM_SERVERS: `127.0.0.1:${upstreamPort}`,
    HEIMDALL_QUERIES_PER_SECOND_PER_IP: "0",
    HEIMDALL_DRAIN_SECONDS: "0",
    ...redis,
    ...env,
  });
  const ready = /"event":"ready","udp":(\d+),"tcp":\d+,"http":(\d+)/;
  await running.until(() => ready.test(running.output));
  const [, port, http] = ready.exec(running.output) ?? [];
  return { port: Number(port), http: Number(http), memory: () => memoryOf(running.pid), stop: () => running.stop() };
};

/** RouteDNS: its cache in memory, before a cache in Redis when there is one, before a forwarder over UDP. */
export const startRouteDns: StartSubject = async (tools, { upstreamPort, redisPort }) => {
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-bench-"));
  const port = await freePort();
  const listener = (protocol: string): string =>
    `[listeners.${protocol}]\naddress = "127.0.0.1:${port}"\nprotocol = "${protocol}"\nresolver = "l1"\n`;
  const cache = (name: string, next: string, backend: string): string =>
    `[groups.${name}]\ntype = "cache"\nresolvers = ["${next}"]\nbackend = ${backend}\n`;
  const file = join(folder, "routedns.toml");
  writeFileSync(
    file,
    [
      listener("udp"),
      listener("tcp"),
      cache("l1", redisPort === undefined ? "upstream" : "l2", '{type = "memory"}'),
      redisPort === undefined
        ? ""
        : cache(
            "l2",
            "upstream",
            `{type = "redis", redis-address = "127.0.0.1:${redisPort}", redis-key-prefix = "routedns:"}`,
          ),
      `[resolvers.upstream]\naddress = "127.0.0.1:${upstreamPort}"\nprotocol = "udp"\n`,
    ].join("\n"),
  );
  const running = new Running(tools.routedns, ["--log-level", "3", file]);
  await running.until(() => answers(port));
  const stop = async (): Promise<void> => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { port, http: 0, memory: () => memoryOf(running.pid), stop };
};

/** Whether a DNS server answers a first question. */
async function answers(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  try {
    socket.on("error", () => undefined);
    socket.connect(port, "127.0.0.1");
    await once(socket, "connect");
    const reply = once(socket, "message", { signal: AbortSignal.timeout(200) });
    socket.send(
      encode({ type: "query", id: 1, flags: 0x0100, questions: [{ type: "A", name: "ready.bench.example" }] }),
    );
    await reply;
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

/** A Redis of this benchmark's own: the shared cache of whoever is measured. */
export class SharedServer {
  readonly #running: Running;
  readonly #client: Redis;

  private constructor(
    running: Running,
    readonly port: number,
  ) {
    this.#running = running;
    this.#client = new Redis({ host: "127.0.0.1", port, lazyConnect: true });
  }

  static async start(tools: Tools): Promise<SharedServer> {
    const port = await freePort();
    const running = new Running(tools.redis, [
      "--bind",
      "127.0.0.1",
      "--port",
      String(port),
      "--save",
      "",
      "--maxmemory",
      "256mb",
    ]);
    await running.until(() => running.output.includes("Ready to accept connections"));
    return new SharedServer(running, port);
  }

  size(): Promise<number> {
    return this.#client.dbsize();
  }

  async clear(): Promise<void> {
    await this.#client.flushall();
  }

  async stop(): Promise<void> {
    this.#client.disconnect();
    await this.#running.stop();
  }
}
