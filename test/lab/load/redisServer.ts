import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type Redis from "ioredis";
import { cacheDirectory } from "../../../lab/paths";
import { Debian } from "../../../lab/toolchain/debian";
import { freePort } from "../../support/ports";
import { connect, type Credentials, type Endpoint } from "../../../lab/load/connection";

const PASSWORD = "app-password_1";
const USERS = `user default on nopass ~* &* +@all\nuser appcache on >${PASSWORD} ~cache:* +@all -@dangerous +info\n`;

interface Binary {
  readonly path: string;
  readonly libraries: string | null;
}

let unpacked: Binary | undefined;

/**
 * Debian's redis-server where the lab has unpacked it, or the one that REDIS_SERVER names; null when there is none yet.
 */
export function findRedisServer(): Binary | null {
  const named = process.env["REDIS_SERVER"];
  if (named !== undefined) return { path: named, libraries: process.env["LD_LIBRARY_PATH"] ?? null };
  if (unpacked !== undefined) return unpacked;
  const debian = Debian.cached(cacheDirectory());
  if (debian === undefined) return null;
  // The server is redis-check-rdb under another name; Debian's link to it has a package of its own.
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-redis-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(debian.program("redis-check-rdb"), join(folder, "redis-server"));
  unpacked = { path: join(folder, "redis-server"), libraries: debian.environment.LD_LIBRARY_PATH };
  return unpacked;
}

/** A redis-server of the test's own on loopback, with the user `appcache` confined to `cache:*`. */
export class TestRedis {
  readonly folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-load-"));
  readonly passwordFile = join(this.folder, "password");
  readonly credentials: Credentials = { username: "appcache", password: PASSWORD };
  private process: ChildProcess | null = null;

  private constructor(
    private readonly binary: Binary,
    readonly endpoint: Endpoint,
  ) {
    writeFileSync(this.passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    writeFileSync(join(this.folder, "users.acl"), USERS);
  }

  static async start(binary: Binary): Promise<TestRedis> {
    const server = new TestRedis(binary, { host: "127.0.0.1", port: await freePort() });
    await server.run();
    return server;
  }

  get url(): string {
    return `redis://${this.endpoint.host}:${this.endpoint.port}`;
  }

  /** Runs the server (again), with what its dump holds, and waits until it answers. */
  async run(): Promise<void> {
    const flags = [
      "--bind",
      this.endpoint.host,
      "--port",
      String(this.endpoint.port),
      "--dir",
      this.folder,
      "--aclfile",
      join(this.folder, "users.acl"),
      "--save",
      "",
    ];
    const env =
      this.binary.libraries === null ? process.env : { ...process.env, LD_LIBRARY_PATH: this.binary.libraries };
    this.process = spawn(this.binary.path, flags, { env, stdio: "ignore" });
    await (await this.admin()).quit();
  }

  /** A connection that may do everything. */
  async admin(): Promise<Redis> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await connect(this.endpoint, null);
      } catch (error) {
        if (attempt === 2_000 || this.process?.exitCode !== null) throw error;
        await delay(20);
      }
    }
  }

  async kill(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    if (this.process === null || this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, "exit");
    this.process.kill(signal);
    await exited;
  }

  async stop(): Promise<void> {
    await this.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
