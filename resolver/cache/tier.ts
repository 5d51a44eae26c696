import { LRUCache } from "lru-cache";
import type { Clock } from "../clock";
import type { QuestionKey } from "../wire/question";
import type { Answer } from "./answer";
import { ResolutionFailure, type Purpose, type Served, type Source } from "./source";
import type { Store } from "./store";
import { msLeft } from "./ttl";

export interface TierPolicy {
  /** How long after its expiry an answer may be served when there is nothing better; 0: never. */
  readonly keepStaleMs: number;
  /** How long a client with a stale answer in reserve waits for a fresh one (RFC 8767, 5: 1.8 s). */
  readonly staleAfterMs: number;
  /**
   * How long a failure is remembered, so that a dead domain is not asked for again by every query (RFC 9520, 3.2: a
   * second at least). Where a stale answer is in reserve a longer time costs nobody anything.
   */
  readonly failureMs: number;
  readonly failureWithReserveMs: number;
  /**
   * Refresh an answer that is shown in the last tenth of its TTL, and was shown at least this often. Infinity: never.
   */
  readonly prefetchHits: number;
  /** Questions that may be on their way at once; more fail at once. */
  readonly mostInFlight: number;
}

/** Below this many seconds of TTL a prefetch would ask more often than it saves. */
const LEAST_PREFETCH_TTL = 10;
const PREFETCH_PART = 0.1;
/** Names whose failure is remembered; a bound against random names. */
const MOST_FAILURES = 10_000;

/**
 * The local cache in front of a source: one question at a time for each key, popular answers refreshed before they
 * expire, stale ones served while there is nothing better.
 */
export class CachingTier implements Source {
  readonly store: Store;
  readonly #source: Source;
  readonly #policy: TierPolicy;
  readonly #clock: Clock;
  readonly #inFlight = new Map<QuestionKey, Promise<Served>>();
  /** When (ms) a question came to nothing, or was late. */
  readonly #failedAt = new LRUCache<QuestionKey, number>({ max: MOST_FAILURES });
  #prefetches = 0;

  constructor(store: Store, source: Source, policy: TierPolicy, clock: Clock) {
    this.store = store;
    this.#source = source;
    this.#policy = policy;
    this.#clock = clock;
  }

  /** Questions on their way. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Refreshes begun so far. */
  get prefetches(): number {
    return this.#prefetches;
  }

  /**
   * The fresh answer that is here, at once; the hit path. Starts a refresh when the answer is popular and about to
   * expire.
   */
  lookup(key: QuestionKey, nowMs: number): Answer | undefined {
    const entry = this.store.get(key);
    if (entry === undefined) return undefined;
    const { answer } = entry;
    const left = msLeft(answer, nowMs);
    if (left <= 0) return undefined;
    entry.hits += 1;
    const { ttl } = answer;
    if (
      !entry.refreshing &&
      left < ttl * 1000 * PREFETCH_PART &&
      entry.hits >= this.#policy.prefetchHits &&
      ttl >= LEAST_PREFETCH_TTL
    ) {
      entry.refreshing = true;
      this.#prefetches += 1;
      this.#fetch(key, "refresh").catch(() => undefined);
    }
    return answer;
  }

  async resolve(key: QuestionKey, purpose: Purpose): Promise<Served> {
    const nowMs = this.#clock();
    const here = this.lookup(key, nowMs);
    if (here !== undefined && (purpose === "answer" || !isNearlyExpired(here, nowMs)))
      return { answer: here, tier: "l1", isStale: false };
    if (purpose === "refresh") return this.#fetch(key, purpose);

    const reserve = this.#reserve(key, nowMs);
    const { failureMs, failureWithReserveMs } = this.#policy;
    const sinceFailure = Math.abs(nowMs - (this.#failedAt.get(key) ?? -Infinity));
    if (sinceFailure < (reserve === undefined ? failureMs : failureWithReserveMs)) {
      if (reserve !== undefined) return reserve;
      throw new ResolutionFailure("asked a moment ago, without an answer");
    }
    const fresh = this.#fetch(key, purpose);
    if (reserve === undefined) return fresh;
    return this.#freshOrReserve(key, fresh, reserve);
  }

  /** Stores what another replica or process has learnt. */
  learn(key: QuestionKey, served: Served): void {
    if (!served.isStale) this.store.put(key, served.answer);
  }

  /** Forgets every answer that `matches`, and that its question ever failed. @returns how many answers. */
  forgetWhere(matches: (key: QuestionKey) => boolean): number {
    for (const key of [...this.#failedAt.keys()]) if (matches(key)) this.#failedAt.delete(key);
    for (const key of [...this.#inFlight.keys()]) if (matches(key)) this.#inFlight.delete(key);
    return this.store.forgetWhere(matches);
  }

  #reserve(key: QuestionKey, nowMs: number): Served | undefined {
    const answer = this.store.get(key)?.answer;
    if (answer === undefined || msLeft(answer, nowMs) <= -this.#policy.keepStaleMs) return undefined;
    return { answer, tier: "l1", isStale: true };
  }

  /** `fresh`, or `reserve` when it fails or is late. Those who ask after a late one are not kept waiting again. */
  async #freshOrReserve(key: QuestionKey, fresh: Promise<Served>, reserve: Served): Promise<Served> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Served>((resolve) => {
      timer = setTimeout(() => {
        this.#failedAt.set(key, this.#clock());
        resolve(reserve);
      }, this.#policy.staleAfterMs);
    });
    try {
      return await Promise.race([fresh.catch(() => reserve), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** One question at a time for each key: whoever comes later waits for the same answer. */
  #fetch(key: QuestionKey, purpose: Purpose): Promise<Served> {
    const underWay = this.#inFlight.get(key);
    if (underWay !== undefined) return underWay;
    if (this.#inFlight.size >= this.#policy.mostInFlight)
      return Promise.reject(new ResolutionFailure("too many questions are on their way"));
    const asked = this.#source.resolve(key, purpose);
    this.#inFlight.set(key, asked);
    const settled = asked.then(
      (served) => {
        // Flushed meanwhile: whoever waits gets it, but it is not kept.
        if (this.#inFlight.get(key) !== asked) return served;
        this.#inFlight.delete(key);
        this.learn(key, served);
        if (!served.isStale) this.#failedAt.delete(key);
        return served;
      },
      (error: unknown) => {
        if (this.#inFlight.get(key) === asked) this.#inFlight.delete(key);
        this.#failedAt.set(key, this.#clock());
        throw error;
      },
    );
    return settled;
  }
}

function isNearlyExpired(answer: Answer, nowMs: number): boolean {
  return msLeft(answer, nowMs) < answer.ttl * 1000 * PREFETCH_PART;
}
