import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Server } from "../../lab/storage/s3Server";
import { Toolchain } from "../../lab/toolchain/toolchain";
import { siteName, type Engine } from "../../server/types";
import type { SnapshotsFile } from "../../contract/snapshotsFile";
import { Connection } from "../../snapshots/server/connection";
import { placesIn, Snapshots, type SnapshotHands } from "../../snapshots/snapshots";
import { S3Store } from "../../snapshots/store/s3Store";
import { Dumper } from "../../snapshots/take/dump";
import type { CopyView } from "../../snapshots/take/guardView";
import { findRedisServer } from "../lab/load/redisServer";
import { freePort } from "../support/ports";

/** The engines that this machine can run: Redis from the lab, Dragonfly where DRAGONFLY_BINARY names it. */
export function engines(): Engine[] {
  const dragonfly = process.env["DRAGONFLY_BINARY"];
  return [
    ...(findRedisServer() === null ? [] : ["redis" as const]),
    ...(dragonfly !== undefined && existsSync(dragonfly) ? ["dragonfly" as const] : []),
  ];
}

/** A server of the test's own on loopback, without users, with its own data folder. */
export class DataServer {
  private process: ChildProcess | null = null;

  private constructor(
    readonly engine: Engine,
    readonly folder: string,
    readonly port: number,
  ) {}

  static async start(engine: Engine, folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-data-"))): Promise<DataServer> {
    const server = new DataServer(engine, folder, await freePort());
    await server.run();
    return server;
  }

  async run(): Promise<void> {
    const { folder, port } = this;
    mkdirSync(folder, { recursive: true });
    if (this.engine === "dragonfly") {
      const flags = [
        `--port=${port}`,
        "--bind=127.0.0.1",
        `--dir=${folder}`,
        "--dbfilename=dump-{timestamp}",
        "--proactor_threads=2",
        "--maxmemory=1gb",
        "--version_check=false",
        "--primary_port_http_enabled=false",
        "--logtostderr",
        "--minloglevel=2",
      ];
      this.process = spawn(process.env["DRAGONFLY_BINARY"] ?? "dragonfly", flags, { stdio: "ignore" });
    } else {
      const binary = findRedisServer();
      if (binary === null) throw new Error("no redis-server");
      const env = binary.libraries === null ? process.env : { ...process.env, LD_LIBRARY_PATH: binary.libraries };
      this.process = spawn(
        binary.path,
        ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--dbfilename", "dump.rdb"],
        { env, stdio: "ignore" },
      );
    }
    await until("the server answers", async () => {
      const server = await this.connect().catch(() => null);
      const ready = server !== null && /^loading:0/m.test(await server.text("INFO", "persistence").catch(() => ""));
      server?.close();
      return ready;
    });
  }

  connect(): Promise<Connection> {
    return Connection.open({ host: "127.0.0.1", port: this.port, username: null, password: null });
  }

  async kill(): Promise<void> {
    const child = this.process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Every type, some with expiry, and the guard's heartbeat. */
  async fill(keys: number, sequence = 7): Promise<void> {
    const server = await this.connect();
    for (let i = 0; i < keys; i += 500) {
      await server.pipeline(
        Array.from({ length: Math.min(500, keys - i) }, (_, at) => [
          "SET",
          `cache:${i + at}`,
          `value ${i + at} ${"x".repeat(100)}`,
        ]),
      );
    }
    await server.pipeline([
      ["HSET", "hash:1", "b", 2, "a", 1],
      ["RPUSH", "list:1", "z", "y", "z"],
      ["SADD", "set:1", "p", "q", "r"],
      ["ZADD", "zset:1", "1.50", "m", 2, "n"],
      ["XADD", "stream:1", "1-1", "field", "value"],
      ["SET", Buffer.from([0xff, 0xfe, 0x00]), Buffer.from([0x00, 0xff])],
      ["SET", "session:1", "x", "EX", 1000],
    ]);
    await this.beat(sequence, server);
    server.close();
  }

  async beat(sequence: number, connection?: Connection): Promise<void> {
    const server = connection ?? (await this.connect());
    await server.call(
      "SET",
      "__dr:heartbeat",
      JSON.stringify({ epoch: 1, sequence, site: "a", time: 1, commands: 1, runId: "r" }),
    );
    if (connection === undefined) server.close();
  }
}

/** versitygw, as the lab runs it. */
export async function startStore(): Promise<S3Server> {
  const program = Toolchain.prepared().program("versitygw", "versitygw");
  const directory = mkdtempSync(join(tmpdir(), "dragonfly-dr-s3-"));
  return await S3Server.start({
    program,
    directory,
    address: "127.0.0.1",
    port: await freePort(),
    cgroupEntry: "/dev/null",
  });
}

export async function stopStore(store: S3Server): Promise<void> {
  const { service } = store;
  if (service?.alive === true) {
    process.kill(service.pid, "SIGCONT");
    process.kill(service.pid, "SIGKILL");
    await until("the store is gone", () => !service.alive);
  }
  rmSync(store.options.directory, { recursive: true, force: true });
}

/** What stands beside one server in its pod: the snapshots' own classes, and a guard that says what the test wants. */
export class Beside {
  copy: CopyView = {
    usable: true,
    reason: "in sync",
    epoch: 1,
    dataVersion: { epoch: 1, sequence: 7 },
    runId: "run",
    version: "1",
  };
  readonly lines: string[] = [];
  readonly config: SnapshotsFile;
  readonly store: S3Store;
  readonly snapshots: Snapshots;
  /** Ahead of the clock by so many ms. */
  later = 0;
  private readonly listeners = new Set<(line: string) => void>();
  private readonly credentials = mkdtempSync(join(tmpdir(), "dragonfly-dr-key-"));

  constructor(
    server: DataServer,
    s3: S3Server,
    given: Partial<SnapshotsFile> & {
      readonly secretKey?: string;
      readonly timeoutMs?: number;
      readonly retryMs?: SnapshotHands["retryMs"];
      readonly slowMs?: number;
    } = {},
  ) {
    const { secretKey = s3.access.secretKey, timeoutMs = 10_000, retryMs, slowMs, ...config } = given;
    writeFileSync(join(this.credentials, "accessKey"), s3.access.accessKey);
    writeFileSync(join(this.credentials, "secretKey"), secretKey);
    this.config = {
      site: siteName("a"),
      engine: server.engine,
      cron: null,
      bucket: s3.access.bucket,
      region: s3.access.region,
      endpoint: s3.access.endpoint,
      pathStyle: true,
      prefix: "cache/a/",
      retention: { days: 14, least: 2 },
      restoreWhenEmpty: false,
      peers: [],
      ...config,
    };
    this.store = new S3Store({ ...this.config, credentials: this.credentials, timeoutMs });
    const places = placesIn(server.folder);
    this.snapshots = new Snapshots(
      this.config,
      {
        store: this.store,
        dumper: new Dumper(server.engine, server.folder, places.staging),
        ask: () => Promise.resolve(this.copy),
        connect: () => server.connect(),
        dumpLimitMs: 60_000,
        now: () => Date.now() + this.later,
        ...(retryMs === undefined ? {} : { retryMs }),
        ...(slowMs === undefined ? {} : { slowMs }),
      },
      places,
      () => null,
      (line) => {
        this.lines.push(line);
        for (const tell of [...this.listeners]) tell(line);
      },
    );
  }

  /**
   * The next line of its log that fits, at the moment at which it is said: what is over in some milliseconds cannot be
   * looked for.
   */
  says(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const listen = (line: string): void => {
        if (!pattern.test(line)) return;
        this.listeners.delete(listen);
        resolve(line);
      };
      this.listeners.add(listen);
    });
  }

  stop(): void {
    this.snapshots.stop();
    this.store.close();
    rmSync(this.credentials, { recursive: true, force: true });
  }
}

/** @throws Error when `condition` does not come true in time. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  seen: () => unknown = () => "",
  ms = 60_000,
): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}; seen: ${JSON.stringify(seen())}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
