import { LRUCache } from "lru-cache";
import type { Bytes, Milliseconds } from "../../server/types";
import type { QuestionKey } from "../wire/question";
import type { Answer } from "./answer";
import { pack, unpack, type PackedAnswer } from "./packed";
import { msLeft } from "./ttl";

/** An answer within a store, with what is known of its use. */
export class Entry {
  readonly #packed: PackedAnswer;
  /** Times that it was shown since it was stored. */
  hits: number;
  /** A refresh ahead of its expiry was asked for: once is enough. */
  refreshing = false;

  constructor(answer: Answer, hits: number) {
    this.#packed = pack(answer);
    this.hits = hits;
  }

  /** Made anew each time. */
  get answer(): Answer {
    return unpack(this.#packed);
  }

  /** What it takes of the memory that is given. */
  size(key: string): number {
    return ENTRY_OVERHEAD_BYTES + this.#packed.length + key.length;
  }
}

/**
 * What an entry costs beside its characters: two strings' heads, the object, the map's and the list's slots (some 200
 * bytes), and what the garbage collector leaves unused around it while entries come and go (as much again and more).
 * Measured, with names that go through a full cache, as growth of the processes' memory over entries, and rounded up.
 */
const ENTRY_OVERHEAD_BYTES = 600;

/**
 * The local cache (L1): the answers used last, within a bound of bytes. Stale ones stay for `keepStale`, as a reserve.
 */
export class Store {
  readonly #entries: LRUCache<QuestionKey, Entry>;
  readonly #keepStaleMs: Milliseconds;

  /** @param keepStale how long after its expiry an answer is still worth keeping. */
  constructor(limit: Bytes, keepStale: Milliseconds) {
    this.#entries = new LRUCache<QuestionKey, Entry>({
      maxSize: limit,
      sizeCalculation: (entry, key) => entry.size(key),
    });
    this.#keepStaleMs = keepStale;
  }

  /** Number of answers, stale ones included. */
  get size(): number {
    return this.#entries.size;
  }

  get bytes(): Bytes {
    return this.#entries.calculatedSize as Bytes;
  }

  /** The entry, fresh or stale, marked as used. */
  get(key: QuestionKey): Entry | undefined {
    return this.#entries.get(key);
  }

  /**
   * Stores `answer` unless it is not to be kept. The hits of an entry that it replaces are halved: popularity fades.
   */
  put(key: QuestionKey, answer: Answer): void {
    if (answer.ttl <= 0) return;
    const hits = (this.#entries.peek(key)?.hits ?? 0) >> 1;
    this.#entries.set(key, new Entry(answer, hits));
  }

  forget(key: QuestionKey): void {
    this.#entries.delete(key);
  }

  /** Removes every entry that `matches`. @returns how many. */
  forgetWhere(matches: (key: QuestionKey) => boolean): number {
    let removed = 0;
    for (const key of [...this.#entries.keys()]) {
      if (matches(key) && this.#entries.delete(key)) removed += 1;
    }
    return removed;
  }

  /**
   * Removes what has been stale for too long. Looks at up to `most` entries, the least used first. @returns how many it
   * removed.
   */
  sweep(nowMs: number, most: number): number {
    const outdated: QuestionKey[] = [];
    let looked = 0;
    for (const key of this.#entries.rkeys()) {
      if (looked++ >= most) break;
      const entry = this.#entries.peek(key);
      if (entry !== undefined && msLeft(entry.answer, nowMs) < -this.#keepStaleMs) outdated.push(key);
    }
    for (const key of outdated) this.#entries.delete(key);
    return outdated.length;
  }

  /** The keys shown most often, the most popular first, with their hits; at most `most`. */
  popular(most: number): readonly (readonly [key: QuestionKey, hits: number])[] {
    return [...this.#entries.entries()]
      .filter(([, entry]) => entry.hits > 0)
      .map(([key, entry]) => [key, entry.hits] as const)
      .sort((a, b) => b[1] - a[1])
      .slice(0, most);
  }
}
