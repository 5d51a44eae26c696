import { afterPendingIo } from "../afterPendingIo";
import type { Answer } from "../cache/answer";
import type { Clock } from "../clock";
import type { Log } from "../log";
import { questionOf, questionSectionOf, type QuestionKey } from "../wire/question";
import { attempt, BREAKER, heal, kindOf, noteFailure, SharedCacheError, type SharedCacheObserver } from "./attempt";
import { Breaker, type BreakerState } from "./breaker";
import { popularKey, sharedKey } from "./key";
import type { RedisLink } from "./link";
import type { Tombstones } from "./tombstones";
import { decodeValue } from "./value";

export interface SharedReaderOptions {
  readonly prefix: string;
  /** Seconds; what others wrote with more is cut to it. */
  readonly mostTtl: number;
  /** The region's own copy, which may lag behind. */
  readonly read: RedisLink;
  /** How long an answer waits for it, in milliseconds. */
  readonly capMs: number;
  readonly tombstones: Tombstones;
  readonly observer: SharedCacheObserver;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The reading half of the cache that all resolvers share. Every process that answers clients has one, with a connection
 * of its own: a hit makes no way through another process. It never makes an answer fail and never holds one up for
 * longer than its cap; after a few failures in a row a breaker leaves it out until a trial in the background succeeds.
 */
export class SharedReader {
  readonly #options: SharedReaderOptions;
  readonly #breaker = new Breaker(BREAKER);
  #trial: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: SharedReaderOptions) {
    this.#options = options;
  }

  get breaker(): BreakerState {
    return this.#breaker.state;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#trial);
  }

  /** The answer, which may be past its TTL; undefined when there is none or the cache is out of order. */
  async get(key: QuestionKey): Promise<Answer | undefined> {
    const { prefix, tombstones, clock, mostTtl } = this.#options;
    const value = await this.#read(sharedKey(prefix, key));
    const answer =
      value === undefined ? undefined : decodeValue(value, questionSectionOf(key), { nowMs: clock(), mostTtl });
    if (answer === undefined) return undefined;
    const { name, type } = questionOf(key);
    return tombstones.covers(name, type, answer.storedAt) ? undefined : answer;
  }

  /** The shared list of popular names, as it was written; undefined when there is none. */
  readPopular(): Promise<Buffer | undefined> {
    return this.#read(popularKey(this.#options.prefix));
  }

  async #read(key: string): Promise<Buffer | undefined> {
    // Nobody who waits for an answer makes the trial: an open breaker is tried in the background.
    if (this.#breaker.state !== "closed") return undefined;
    try {
      const value = await this.#get(key);
      this.#breaker.succeeded();
      return value ?? undefined;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /**
   * One GET. A key that holds something else than a string holds nothing: its server is well. @throws SharedCacheError
   */
  async #get(key: string): Promise<Buffer | null> {
    const { read, observer, capMs } = this.#options;
    try {
      return await attempt(observer, "get", read, (client) => within(capMs, client.getBuffer(key)));
    } catch (error) {
      if (kindOf(error) === "type") return null;
      throw error;
    }
  }

  #failed(error: unknown): void {
    const { read, clock, log } = this.#options;
    if (noteFailure("read", read, this.#breaker, error, { nowMs: clock(), log })) this.#scheduleTrial();
  }

  #scheduleTrial(): void {
    if (this.#isStopped) return;
    clearTimeout(this.#trial);
    this.#trial = setTimeout(() => void this.#makeTrial(), this.#breaker.waitMs(this.#options.clock()) + 1);
  }

  async #makeTrial(): Promise<void> {
    const { read, clock, prefix, log } = this.#options;
    if (!this.#breaker.admits(clock())) return this.#breaker.state === "open" ? this.#scheduleTrial() : undefined;
    try {
      await this.#get(popularKey(prefix));
      this.#breaker.succeeded();
      log("info", "shared cache back", { side: "read" });
    } catch (error) {
      heal(read, error);
      this.#breaker.failed(clock());
      this.#scheduleTrial();
    }
  }
}

/** `work`, or "slow" when its reply is not here in time; the connection's own cap would miss one that lies unread. */
function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = afterPendingIo(ms, () => reject(new SharedCacheError("slow")));
    work.then(resolve, reject).finally(cancel);
  });
}
