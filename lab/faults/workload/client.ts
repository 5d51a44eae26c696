import { setTimeout as pause } from "node:timers/promises";
import type Redis from "ioredis";
import { connect, errorKind, type Credentials, type Endpoint } from "../../load/connection";
import type { LabSite } from "../../plan";
import type { HistoryFile } from "../history/historyFile";
import { monotonicMs, type Access, type ListEnd, type Operation } from "../history/operation";

export interface ClientOptions {
  readonly name: string;
  readonly beside: LabSite;
  readonly endpoint: Endpoint;
  readonly credentials: Credentials;
  readonly file: HistoryFile;
  /** What was acknowledged, for those who wait for writes. */
  readonly acknowledged: () => void;
}

const TIMEOUTS = { connectMs: 2_000, commandMs: 2_000 } as const;
const PAUSE_MS = 15;
/** How much of a list's end an append and a read bring back. */
const APPEND_SHOWS = 4;
const READ_SHOWS = 32;

/**
 * One operation after the other on a connection that is never used again after an error. Nothing is sent twice, so that
 * an acknowledgement always means one write that one server took.
 */
export class Client {
  private connections = 0;

  constructor(
    private readonly options: ClientOptions,
    private readonly isOver: () => boolean,
  ) {}

  /** Until the run is over: `next` sends one operation. */
  async run(next: (redis: Redis, client: Client) => Promise<boolean>): Promise<void> {
    while (!this.isOver()) {
      let redis: Redis | null = null;
      try {
        redis = await connect(this.options.endpoint, this.options.credentials, TIMEOUTS);
        this.connections += 1;
        while (!this.isOver() && (await next(redis, this))) await pause(PAUSE_MS);
      } catch {
        // Refused or not answered: the next attempt may be.
      } finally {
        redis?.disconnect();
      }
      if (!this.isOver()) await pause(PAUSE_MS);
    }
  }

  append(redis: Redis, key: string, value: string): Promise<boolean> {
    return this.write({ f: "append", key, value }, async () => {
      const [length, tail] = (await transaction(redis, [
        ["rpush", key, value],
        ["lrange", key, String(-APPEND_SHOWS), "-1"],
      ])) as [number, string[]];
      return { length, tail };
    });
  }

  set(redis: Redis, key: string, value: string): Promise<boolean> {
    return this.write({ f: "set", key, value }, async () => {
      const reply = await redis.set(key, value);
      if (reply !== "OK") throw new Error(`reply ${String(reply)}`);
      return {};
    });
  }

  async read(redis: Redis, key: string, access: Access): Promise<boolean> {
    const invoked = monotonicMs();
    const [length, tail] = (await transaction(redis, [
      ["llen", key],
      ["lrange", key, String(-READ_SHOWS), "-1"],
    ])) as [number, string[]];
    this.record({ f: "read", key, access, ...this.sent(invoked), outcome: "acknowledged", length, tail });
    return true;
  }

  async get(redis: Redis, key: string): Promise<boolean> {
    const invoked = monotonicMs();
    const value = await redis.get(key);
    this.record({ f: "get", key, ...this.sent(invoked), outcome: "acknowledged", value });
    return true;
  }

  /** @returns false after an error: the connection is not to be used again. */
  private async write(
    what: { readonly f: "append" | "set"; readonly key: string; readonly value: string },
    work: () => Promise<ListEnd | object>,
  ): Promise<boolean> {
    const invoked = monotonicMs();
    try {
      const seen = await work();
      this.record({ ...what, ...this.sent(invoked), outcome: "acknowledged", ...seen } as Operation);
      this.options.acknowledged();
      return true;
    } catch (error) {
      this.record({ ...what, ...this.sent(invoked), outcome: "unknown", error: errorKind(error) } as Operation);
      return false;
    }
  }

  private sent(invoked: number): { client: string; beside: LabSite; invoked: number; ended: number } {
    const { name, beside } = this.options;
    return { client: `${name}.${this.connections}`, beside, invoked, ended: monotonicMs() };
  }

  private record(operation: Operation): void {
    this.options.file.add(operation);
  }
}

/** @throws Error of the transaction, or of the first command in it. */
async function transaction(redis: Redis, commands: string[][]): Promise<unknown[]> {
  const replies = await redis.multi(commands).exec();
  if (replies === null) throw new Error("the transaction was not carried out");
  return replies.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
}
