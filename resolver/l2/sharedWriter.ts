import type { Redis } from "ioredis";
import type { Answer } from "../cache/answer";
import { msLeft } from "../cache/ttl";
import type { Clock } from "../clock";
import type { Log } from "../log";
import type { QuestionKey } from "../wire/question";
import { attempt, BREAKER, noteFailure, type Operation, type SharedCacheObserver } from "./attempt";
import { Breaker, type BreakerState } from "./breaker";
import { popularKey, sharedKey } from "./key";
import type { RedisLink } from "./link";
import { encodeValue } from "./value";

export interface SharedWriterOptions {
  readonly prefix: string;
  /** Bytes above which a message is deflated; Infinity: never. */
  readonly compressAbove: number;
  /** The primary, wherever it is. */
  readonly write: RedisLink;
  readonly observer: SharedCacheObserver;
  readonly clock: Clock;
  readonly log: Log;
}

/** Writes that may wait for their reply; more are not made. */
const MOST_WRITES = 2_000;
/** Seconds that the list of popular names outlives its last writer. */
const POPULAR_TTL_SECONDS = 86_400;

/**
 * The writing half of the cache that all resolvers share. No answer waits for it; a breaker keeps it from failing all
 * the time.
 */
export class SharedWriter {
  readonly #options: SharedWriterOptions;
  readonly #breaker = new Breaker(BREAKER);
  #writing = 0;

  constructor(options: SharedWriterOptions) {
    this.#options = options;
  }

  get breaker(): BreakerState {
    return this.#breaker.state;
  }

  /** Writes without a reply yet. */
  get writing(): number {
    return this.#writing;
  }

  /** Stores what is left of `answer`'s time; returns at once. */
  put(key: QuestionKey, answer: Answer): void {
    const { prefix, compressAbove, clock } = this.#options;
    const left = Math.floor(msLeft(answer, clock()));
    if (left <= 0) return;
    this.#write("set", (client) => client.set(sharedKey(prefix, key), encodeValue(answer, compressAbove), "PX", left));
  }

  /** Removes answers. @throws SharedCacheError when it could not be done: whoever flushes wants to know. */
  remove(keys: readonly QuestionKey[]): Promise<number> {
    const { prefix, observer, write } = this.#options;
    const names = keys.map((key) => sharedKey(prefix, key));
    return attempt(observer, "del", write, (client) => client.del(names));
  }

  /** @returns how many subscribers the server had; those in another region may hear it through another server. */
  publish(channel: string, message: string): Promise<number> {
    const { observer, write } = this.#options;
    return attempt(observer, "publish", write, (client) => client.publish(channel, message));
  }

  writePopular(list: Buffer): void {
    this.#write("set", (client) => client.set(popularKey(this.#options.prefix), list, "EX", POPULAR_TTL_SECONDS));
  }

  /** Makes a write that nobody waits for, unless there are too many or they fail anyway. */
  #write(operation: Operation, send: (client: Redis) => Promise<unknown>): void {
    const { write, clock, observer, log } = this.#options;
    if (this.#writing >= MOST_WRITES) {
      observer.operation(operation, "busy", 0);
      return;
    }
    if (!this.#breaker.admits(clock())) return;
    this.#writing += 1;
    attempt(observer, operation, write, send)
      .then(
        () => this.#breaker.succeeded(),
        (error: unknown) => void noteFailure("write", write, this.#breaker, error, { nowMs: clock(), log }),
      )
      .finally(() => (this.#writing -= 1));
  }
}
