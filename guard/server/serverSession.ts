import Redis from "ioredis";
import { ports } from "../../server/ports";
import type { Engine, Milliseconds } from "../../server/types";
import type { Passwords } from "../config";
import type { ServerProcesses } from "./serverProcess";

/** Silence after which an observation gives up; a fenced server is ended after two of them. */
const OBSERVE_TIMEOUT_MS = 400;
const COMMAND_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 400;
/** The one in use and those before it. */
const MOST_PASSWORDS = 4;

type Purpose = "steer" | "observe" | "beat" | "slow";

/**
 * Connections to one run of the server. Never to the next one: after a restart the server is closed and may hold older
 * data, so
 * a command meant for the run before (opening it, a heartbeat) must not reach it. So nothing here reconnects, and a
 * connection counts only if the process that was judged still lived after it was made.
 */
export class ServerSession {
  private readonly connections = new Map<Purpose, Promise<Redis>>();
  private closed = false;
  /** A connection has ended that this side did not close: most likely the server is gone. */
  onLost: () => void = () => undefined;

  constructor(
    readonly runId: string,
    private readonly engine: Engine,
    private passwords: readonly Passwords[],
    private readonly processes: Pick<ServerProcesses, "find">,
    private readonly host = "127.0.0.1",
    private readonly port: number = ports.client,
    private readonly adminPort: number = ports.serverAdmin,
  ) {}

  /** Steering: past ACL and maxclients on Dragonfly (admin port), as user guard on Redis. */
  async steer(command: string, ...args: readonly (string | number)[]): Promise<unknown> {
    return (await this.connection("steer")).call(command, ...args.map(String));
  }

  /** All of them or none, and nobody's command between two of them. */
  async steerTogether(commands: readonly (readonly string[])[]): Promise<void> {
    const redis = await this.connection("steer");
    const replies = await redis.multi(commands.map(([name = "PING", ...args]) => [name.toLowerCase(), ...args])).exec();
    const failed = replies === null ? new Error("EXEC was given up") : replies.find(([error]) => error !== null)?.[0];
    if (failed != null) throw failed;
  }

  /** Several commands in one round trip; each reply may be an Error. */
  async observe(commands: readonly (readonly string[])[]): Promise<unknown[]> {
    const redis = await this.connection("observe");
    const replies =
      (await redis.pipeline(commands.map(([name = "PING", ...args]) => [name.toLowerCase(), ...args])).exec()) ?? [];
    const failed = replies.find(([error]) => error !== null && !isReplyError(error));
    if (failed?.[0] != null) throw failed[0];
    return replies.map(([error, reply]) => error ?? reply);
  }

  /** Through the ordinary port, as every client's writes go. */
  async beat(command: string, ...args: readonly string[]): Promise<unknown> {
    return (await this.connection("beat")).call(command, ...args);
  }

  /**
   * Sets a key although the server is at maxmemory. The three commands go in one write, so that the server carries them
   * out one after the other. @throws Error when one is refused.
   */
  async setAboveLimit(key: string, value: string): Promise<void> {
    const redis = await this.connection("steer");
    const [, limit = "0"] = (await redis.call("CONFIG", "GET", "maxmemory")) as string[];
    const lifted = String(2 * Number(limit));
    const replies = await redis
      .pipeline([
        ["call", "CONFIG", "SET", "maxmemory", lifted],
        ["call", "SET", key, value],
        ["call", "CONFIG", "SET", "maxmemory", limit],
      ])
      .exec();
    const failed = replies?.find(([error]) => error !== null)?.[0];
    if (failed != null) throw failed;
  }

  /** For commands that take as long as they take; the caller bounds them. */
  async slow(command: string, ...args: readonly string[]): Promise<unknown> {
    return (await this.connection("slow")).call(command, ...args);
  }

  /**
   * For connections yet to be made: the server knows a changed password only once it was told. Those before are tried
   * too, for a server that was started with an older file than the guard has read.
   */
  usePasswords(passwords: Passwords): void {
    if (JSON.stringify(passwords) === JSON.stringify(this.passwords[0])) return;
    this.passwords = [passwords, ...this.passwords].slice(0, MOST_PASSWORDS);
  }

  close(): void {
    this.closed = true;
    for (const connection of this.connections.values())
      connection.then((redis) => redis.disconnect()).catch(() => undefined);
    this.connections.clear();
  }

  private connection(purpose: Purpose): Promise<Redis> {
    const known = this.connections.get(purpose);
    if (known !== undefined) return known;
    const made = this.connect(purpose);
    this.connections.set(purpose, made);
    made.catch(() => this.connections.delete(purpose));
    return made;
  }

  private async connect(purpose: Purpose): Promise<Redis> {
    let refused: unknown = new Error("no password");
    for (const passwords of this.passwords) {
      try {
        return await this.connectWith(passwords, purpose);
      } catch (error) {
        if (!/WRONGPASS|NOAUTH|invalid password|invalid username/i.test((error as Error).message)) throw error;
        refused = error;
      }
    }
    throw refused;
  }

  private async connectWith(passwords: Passwords, purpose: Purpose): Promise<Redis> {
    if (this.closed) throw new Error("the session with the server has ended");
    const admin = this.engine === "dragonfly" && purpose !== "beat";
    const timeout = purpose === "observe" ? OBSERVE_TIMEOUT_MS : COMMAND_TIMEOUT_MS;
    const credentials = admin
      ? { password: passwords["default"] ?? "" }
      : { username: "guard", password: passwords["guard"] ?? "" };
    const redis = new Redis({
      host: this.host,
      port: admin ? this.adminPort : this.port,
      ...credentials,
      // Dragonfly's admin port takes AUTH and refuses HELLO, and writes the refused password to its log.
      protocol: 2,
      lazyConnect: true,
      retryStrategy: () => null,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      noDelay: true,
      disableClientInfo: true,
      ...(purpose === "slow" ? {} : { commandTimeout: timeout }),
    });
    redis.on("error", () => undefined);
    redis.on("end", () => {
      this.connections.delete(purpose);
      if (!this.closed) this.onLost();
    });
    try {
      await within(redis.connect(), (CONNECT_TIMEOUT_MS + timeout) as Milliseconds, "the server does not answer");
      // AUTH that is refused shows in what follows it only.
      await within(redis.call("PING"), timeout as Milliseconds, "the server does not answer");
      if (this.processes.find()?.runId !== this.runId) throw new Error("the server's process has changed");
      return redis;
    } catch (error) {
      redis.disconnect();
      throw error;
    }
  }
}

export const isReplyError = (error: unknown): error is Error => error instanceof Error && error.name === "ReplyError";

/** @throws Error with `message` when `promise` takes longer than `limit`; the promise itself goes on. */
export async function within<T>(promise: Promise<T>, limit: Milliseconds, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
