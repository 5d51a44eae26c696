import { isIP } from "node:net";
import { Redis } from "ioredis";
import type { Log } from "../log";
import { describeEndpoint, type RedisEndpoint } from "./endpoint";
import { kindOfFailure } from "./failure";
import { defined } from "../../server/records";

export interface LinkOptions {
  /** What it is for, in logs: "read", "write", "subscribe". */
  readonly name: string;
  readonly endpoint: RedisEndpoint;
  /** Read anew for every connection, so that a rotated password is found. */
  readonly readPassword: () => Promise<string | undefined>;
  /** PEM of the CA that signed the server's certificate; undefined: those that Node knows. */
  readonly ca: string | undefined;
  /** Milliseconds after which a command without a reply has failed. */
  readonly commandTimeoutMs: number;
  readonly log: Log;
  /** Called with each new connection that is logged in. */
  readonly onReady?: (client: Redis) => void;
}

/** Connection and login together, in milliseconds. */
const CONNECT_TIMEOUT_MS = 2_000;
const FIRST_RETRY_MS = 50;
const MOST_RETRY_MS = 2_000;
/** A connection that lived this long was a good one: the next attempt is made at once. */
const PROVEN_AFTER_MS = 5_000;

/**
 * A connection to Redis that comes back by itself. ioredis could reconnect too, but with the password that it was made
 * with, and it would hold commands back while it does: here a command fails at once when there is no connection.
 */
export class RedisLink {
  readonly #options: LinkOptions;
  #client: Redis | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retryMs = FIRST_RETRY_MS;
  #isStopped = true;
  #lastProblem = "";

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** The connection when it is there and logged in. */
  get client(): Redis | undefined {
    return this.#client?.status === "ready" ? this.#client : undefined;
  }

  start(): void {
    this.#isStopped = false;
    void this.#connect();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    this.#client?.disconnect();
    this.#client = undefined;
  }

  /** Drops the connection and makes another: it hangs, leads to a replica, or is logged in with a password of old. */
  reset(): void {
    this.#client?.disconnect();
  }

  async #connect(): Promise<void> {
    const client = await this.#open();
    if (client === undefined || this.#isStopped) return client?.disconnect();
    this.#client = client;
    let readyAt: number | undefined;
    const hangs = setTimeout(() => client.disconnect(), CONNECT_TIMEOUT_MS);
    client.on("ready", () => {
      clearTimeout(hangs);
      readyAt = Date.now();
      this.#lastProblem = "";
      this.#options.log("info", "redis connected", this.#who());
      this.#options.onReady?.(client);
    });
    client.on("error", (error: unknown) => this.#report(error));
    client.on("end", () => {
      clearTimeout(hangs);
      if (this.#client === client) this.#client = undefined;
      if (readyAt !== undefined && Date.now() - readyAt >= PROVEN_AFTER_MS) this.#retryMs = FIRST_RETRY_MS;
      this.#scheduleRetry();
    });
    client.connect().catch((error: unknown) => this.#report(error));
  }

  async #open(): Promise<Redis | undefined> {
    const { endpoint, ca, commandTimeoutMs } = this.#options;
    let password: string | undefined;
    try {
      password = await this.#options.readPassword();
    } catch (error) {
      this.#report(error);
      this.#scheduleRetry();
      return undefined;
    }
    return new Redis({
      host: endpoint.host,
      port: endpoint.port,
      db: endpoint.db,
      ...defined({ username: endpoint.username, password }),
      ...(endpoint.tls === "none"
        ? {}
        : {
            tls: {
              ...(isIP(endpoint.host) === 0 ? { servername: endpoint.host } : {}),
              ...defined({ ca }),
            },
          }),
      // AUTH is all that the login sends: HELLO, INFO and CLIENT are more than the user is allowed (l2/acl.ts).
      protocol: 2,
      enableReadyCheck: false,
      disableClientInfo: true,
      lazyConnect: true,
      retryStrategy: () => null,
      enableOfflineQueue: false,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      commandTimeout: commandTimeoutMs,
      keepAlive: 10_000,
    });
  }

  #scheduleRetry(): void {
    if (this.#isStopped) return;
    const wait = this.#retryMs * (0.5 + Math.random());
    this.#retryMs = Math.min(this.#retryMs * 2, MOST_RETRY_MS);
    this.#retry = setTimeout(() => void this.#connect(), wait);
  }

  /** One line for each new kind of trouble, not one for each attempt. */
  #report(error: unknown): void {
    const problem = kindOfFailure(error);
    if (problem === this.#lastProblem || this.#isStopped) return;
    this.#lastProblem = problem;
    const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
    this.#options.log("warn", "redis connection failed", { ...this.#who(), problem, code });
  }

  #who(): { readonly link: string; readonly server: string } {
    return { link: this.#options.name, server: describeEndpoint(this.#options.endpoint) };
  }
}
