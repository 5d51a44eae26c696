import { setTimeout as timer } from "node:timers/promises";
import type { Milliseconds } from "../server/types";

/** Time, so that tests can let it pass at will. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  after(ms: Milliseconds, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: async (ms, signal) => {
    try {
      await timer(Math.max(0, ms), undefined, signal === undefined ? {} : { signal });
    } catch {
      // aborted: the waiting is over either way
    }
  },
};
