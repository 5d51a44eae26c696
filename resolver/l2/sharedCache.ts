import type { Redis } from "ioredis";
import type { Answer } from "../cache/answer";
import { msLeft } from "../cache/ttl";
import type { Clock } from "../clock";
import type { Log } from "../log";
import { questionOf, questionSectionOf, type QuestionKey } from "../wire/question";
import { Breaker, type BreakerState } from "./breaker";
import { kindOfFailure, type FailureKind } from "./failure";
import { popularKey, sharedKey } from "./key";
import type { RedisLink } from "./link";
import type { Tombstones } from "./tombstones";
import { decodeValue, encodeValue } from "./value";

export type Operation = "get" | "set" | "del" | "publish";

/** Told about every operation, for metrics. */
export interface SharedCacheObserver {
  /** @param failure undefined when it went well. @param seconds how long it took; 0 when it was not even tried. */
  operation(operation: Operation, failure: FailureKind | undefined, seconds: number): void;
}

export interface SharedCacheOptions {
  readonly prefix: string;
  /** Bytes above which a message is deflated; Infinity: never. */
  readonly compressAbove: number;
  /** Seconds; what others wrote with more is cut to it. */
  readonly mostTtl: number;
  /** The region's own copy, which may lag behind. */
  readonly read: RedisLink;
  /** The primary, wherever it is. */
  readonly write: RedisLink;
  readonly tombstones: Tombstones;
  readonly observer: SharedCacheObserver;
  readonly clock: Clock;
  readonly log: Log;
}

const BREAKER = { failures: 5, openMs: 500, mostOpenMs: 5_000 } as const;
/** Writes that may wait for their reply; more are not made. */
const MOST_WRITES = 2_000;
/** Seconds that the list of popular names outlives its last writer. */
const POPULAR_TTL_SECONDS = 86_400;

class SharedCacheError extends Error {
  constructor(readonly kind: FailureKind) {
    super(kind);
  }
}

/**
 * The cache that all resolvers share (L2). It never makes an answer fail and never holds one up for longer than the cap
 * of its connection: whatever goes wrong is counted, and after a few failures in a row a breaker leaves it out until a
 * trial in the background succeeds.
 */
export class SharedCache {
  readonly #options: SharedCacheOptions;
  readonly #reads = new Breaker(BREAKER);
  readonly #writes = new Breaker(BREAKER);
  #trial: NodeJS.Timeout | undefined;
  #writing = 0;
  #isStopped = false;

  constructor(options: SharedCacheOptions) {
    this.#options = options;
  }

  get breakers(): { readonly read: BreakerState; readonly write: BreakerState } {
    return { read: this.#reads.state, write: this.#writes.state };
  }

  /** Writes without a reply yet. */
  get writing(): number {
    return this.#writing;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#trial);
  }

  /** The answer, which may be past its TTL; undefined when there is none or the cache is out of order. */
  async get(key: QuestionKey): Promise<Answer | undefined> {
    const { prefix, tombstones, clock, mostTtl } = this.#options;
    const value = await this.#read(sharedKey(prefix, key));
    const answer = value === undefined ? undefined : decodeValue(value, questionSectionOf(key), { nowMs: clock(), mostTtl });
    if (answer === undefined) return undefined;
    const { name, type } = questionOf(key);
    return tombstones.covers(name, type, answer.storedAt) ? undefined : answer;
  }

  /** Stores what is left of `answer`'s time; returns at once. */
  put(key: QuestionKey, answer: Answer): void {
    const { prefix, compressAbove, clock } = this.#options;
    const left = Math.floor(msLeft(answer, clock()));
    if (left <= 0) return;
    this.#write("set", (client) => client.set(sharedKey(prefix, key), encodeValue(answer, compressAbove), "PX", left));
  }

  /** Removes answers. @throws SharedCacheError when it could not be done: whoever flushes wants to know. */
  async remove(keys: readonly QuestionKey[]): Promise<number> {
    const names = keys.map((key) => sharedKey(this.#options.prefix, key));
    return this.#try("del", this.#options.write, (client) => client.del(names));
  }

  /** @returns how many subscribers the server had; those in another region may hear it through another server. */
  async publish(channel: string, message: string): Promise<number> {
    return this.#try("publish", this.#options.write, (client) => client.publish(channel, message));
  }

  /** The shared list of popular names, as it was written; undefined when there is none. */
  readPopular(): Promise<Buffer | undefined> {
    return this.#read(popularKey(this.#options.prefix));
  }

  writePopular(list: Buffer): void {
    this.#write("set", (client) => client.set(popularKey(this.#options.prefix), list, "EX", POPULAR_TTL_SECONDS));
  }

  async #read(key: string): Promise<Buffer | undefined> {
    const { read, clock } = this.#options;
    // Nobody who waits for an answer makes the trial: an open breaker is tried in the background.
    if (this.#reads.state !== "closed") return undefined;
    try {
      const value = await this.#try("get", read, (client) => client.getBuffer(key));
      this.#reads.succeeded();
      return value ?? undefined;
    } catch (error) {
      // A server that tells what it holds is well, whatever somebody has put under the key.
      if (kindOf(error) === "type") {
        this.#reads.succeeded();
        return undefined;
      }
      this.#heal(read, error);
      if (this.#reads.failed(clock())) this.#opened("read", error);
      return undefined;
    }
  }

  /** Makes a write that nobody waits for, unless there are too many or they fail anyway. */
  #write(operation: Operation, send: (client: Redis) => Promise<unknown>): void {
    const { write, clock, observer } = this.#options;
    if (this.#writing >= MOST_WRITES) {
      observer.operation(operation, "busy", 0);
      return;
    }
    if (!this.#writes.admits(clock())) return;
    this.#writing += 1;
    this.#try(operation, write, send)
      .then(
        () => this.#writes.succeeded(),
        (error: unknown) => {
          this.#heal(write, error);
          if (this.#writes.failed(clock())) this.#opened("write", error);
        },
      )
      .finally(() => (this.#writing -= 1));
  }

  async #try<T>(operation: Operation, link: RedisLink, send: (client: Redis) => Promise<T>): Promise<T> {
    const { observer } = this.#options;
    const begun = performance.now();
    const { client } = link;
    try {
      if (client === undefined) throw new SharedCacheError("gone");
      const result = await send(client);
      observer.operation(operation, undefined, (performance.now() - begun) / 1000);
      return result;
    } catch (error) {
      const kind = kindOf(error);
      observer.operation(operation, kind, (performance.now() - begun) / 1000);
      throw new SharedCacheError(kind);
    }
  }

  /** A replica where the primary was, or a password that is no longer right: another connection may be the remedy. */
  #heal(link: RedisLink, error: unknown): void {
    const kind = kindOf(error);
    if (kind === "readonly" || kind === "denied") link.reset();
  }

  #opened(side: "read" | "write", error: unknown): void {
    const kind = kindOf(error);
    this.#options.log("warn", "shared cache left out", { side, problem: kind });
    // A connection that hangs does not end by itself for many minutes.
    if (kind === "slow") (side === "read" ? this.#options.read : this.#options.write).reset();
    if (side === "read") this.#scheduleTrial();
  }

  #scheduleTrial(): void {
    const { clock } = this.#options;
    if (this.#isStopped) return;
    clearTimeout(this.#trial);
    this.#trial = setTimeout(() => void this.#makeTrial(), this.#reads.waitMs(clock()) + 1);
  }

  async #makeTrial(): Promise<void> {
    const { read, clock, prefix, log } = this.#options;
    if (!this.#reads.admits(clock())) return this.#reads.state === "open" ? this.#scheduleTrial() : undefined;
    try {
      await this.#try("get", read, (client) => client.getBuffer(popularKey(prefix)));
      this.#reads.succeeded();
      log("info", "shared cache back", { side: "read" });
    } catch (error) {
      this.#heal(read, error);
      this.#reads.failed(clock());
      this.#scheduleTrial();
    }
  }
}

const kindOf = (error: unknown): FailureKind => (error instanceof SharedCacheError ? error.kind : kindOfFailure(error));
