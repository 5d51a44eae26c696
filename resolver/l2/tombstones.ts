import { LRUCache } from "lru-cache";

/** Names flushed lately; a bound against a flood of flushes. */
const MOST_NAMES = 10_000;

/** What a replica is to forget: every answer for `name`, or those of one type, that is not newer than `at`. */
export interface Invalidation {
  /** Wire name in lower case, one character a byte. */
  readonly name: string;
  readonly type: number | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Flushed names, so that an older answer from the shared cache is not taken for a fresh one: the local copy of the
 * cache
 * may not have got the removal yet, and a write may have been on its way.
 */
export class Tombstones {
  readonly #flushedAt = new LRUCache<string, number>({ max: MOST_NAMES });

  bury({ name, type, at }: Invalidation): void {
    const key = keyOf(name, type);
    this.#flushedAt.set(key, Math.max(at, this.#flushedAt.get(key) ?? 0));
  }

  /** Whether an answer that was true at `storedAt` has been flushed since. */
  covers(name: string, type: number, storedAt: number): boolean {
    return (
      storedAt <=
      Math.max(this.#flushedAt.get(keyOf(name, undefined)) ?? -1, this.#flushedAt.get(keyOf(name, type)) ?? -1)
    );
  }
}

const keyOf = (name: string, type: number | undefined): string => `${type ?? "all"}:${name}`;
