import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { resolverAclUser } from "./resolverAclUser";
import { freePort } from "../../support/ports";
import { findProgram, type Program } from "../../unpacked";

export const USER = "heimdall";
export const PREFIX = "heimdall:dns:cache";
export const PASSWORD = "heimdall-password_1";

/** What a server may take to start on a machine that does much else. */
const START_MS = 30_000;

/**
 * Debian's redis-server, as the lab or DEBIAN_ROOT has it; null when there is none: such tests are skipped, and say so.
 */
export const findRedis = (): Program | null => findProgram("redis-server");

/**
 * A redis-server of a test's own on loopback, with the resolver's user as the project grants it, and an admin without a
 * password.
 */
export class TestRedis {
  readonly #program: Program;
  readonly #folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-resolver-"));
  readonly port: number;
  #process: ChildProcess | undefined;
  #admin: Redis | undefined;

  private constructor(program: Program, port: number) {
    this.#program = program;
    this.port = port;
  }

  /** On a port that was free a moment ago; on another when somebody was faster. */
  static async start(program: Program): Promise<TestRedis> {
    for (let attempt = 1; ; attempt++) {
      const server = new TestRedis(program, await freePort());
      try {
        await server.run();
        return server;
      } catch (error) {
        await server.stop();
        if (attempt === 5) throw error;
      }
    }
  }

  get url(): string {
    return `redis://${USER}@127.0.0.1:${this.port}`;
  }

  get admin(): Redis {
    if (this.#admin === undefined) throw new Error("the test's Redis does not run");
    return this.#admin;
  }

  /** Starts it (again), empty. */
  async run(): Promise<void> {
    const { binary, argv0, env } = this.#program;
    this.#process = spawn(
      binary,
      ["--bind", "127.0.0.1", "--port", String(this.port), "--dir", this.#folder, "--save", "", "--maxmemory", "64mb"],
      { argv0, env, stdio: "ignore" },
    );
    this.#admin = await this.#connect();
    await this.setPassword(PASSWORD);
  }

  /** Gives the resolver's user this password and no other; its sessions end. */
  async setPassword(password: string): Promise<void> {
    const { keys, channels, commands } = resolverAclUser(USER, PREFIX);
    await this.admin.call(
      "ACL",
      "SETUSER",
      USER,
      "reset",
      "on",
      `>${password}`,
      ...keys.map((key) => `~${key}`),
      ...channels.map((channel) => `&${channel}`),
      ...commands,
    );
    await this.admin.call("CLIENT", "KILL", "USER", USER);
  }

  /** Freezes it: connections stay open, nothing answers. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    this.#admin?.disconnect();
    this.#admin = undefined;
    if (this.#process === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exited;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #connect(): Promise<Redis> {
    const end = performance.now() + START_MS;
    for (;;) {
      const redis = new Redis({
        host: "127.0.0.1",
        port: this.port,
        protocol: 2,
        lazyConnect: true,
        retryStrategy: () => null,
      });
      redis.on("error", () => undefined);
      try {
        await redis.connect();
        return redis;
      } catch (error) {
        redis.disconnect();
        if (performance.now() > end || this.#process?.exitCode !== null) throw error;
        await delay(20);
      }
    }
  }
}
