import { operations, type Operation, type SharedCacheObserver } from "../l2/attempt";
import type { BreakerState } from "../l2/breaker";
import { failureKinds, type FailureKind } from "../l2/failure";
import { addHistograms, Histogram, noObservations, type HistogramSnapshot } from "./histogram";

export const sides = ["read", "write"] as const;
export type Side = (typeof sides)[number];
type Per<K extends string, V> = Readonly<Record<K, V>>;

const perOf = <K extends string, V>(keys: readonly K[], value: (key: K) => V): Record<K, V> =>
  Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>;

/** What a process has seen of the shared cache, as it goes from one process to another. */
export interface L2Snapshot {
  readonly errors: Per<Operation, Per<FailureKind, number>>;
  readonly seconds: Per<Operation, HistogramSnapshot>;
  /** undefined: this process does not use that side. */
  readonly breakers: Per<Side, BreakerState | undefined>;
}

/** Counts what one process does with the shared cache. */
export class L2Tally implements SharedCacheObserver {
  readonly #errors = perOf(operations, () => perOf(failureKinds, () => 0));
  readonly #seconds = perOf(operations, () => new Histogram());
  readonly #breakers: Partial<Record<Side, () => BreakerState>> = {};

  operation(operation: Operation, failure: FailureKind | undefined, seconds: number): void {
    if (failure !== undefined) this.#errors[operation][failure] += 1;
    if (seconds > 0) this.#seconds[operation].observe(seconds);
  }

  watch(side: Side, breaker: () => BreakerState): void {
    this.#breakers[side] = breaker;
  }

  snapshot(): L2Snapshot {
    return {
      errors: perOf(operations, (operation) => ({ ...this.#errors[operation] })),
      seconds: perOf(operations, (operation) => this.#seconds[operation].snapshot()),
      breakers: perOf(sides, (side) => this.#breakers[side]?.()),
    };
  }
}

export const emptyL2: L2Snapshot = {
  errors: perOf(operations, () => perOf(failureKinds, () => 0)),
  seconds: perOf(operations, () => noObservations),
  breakers: { read: undefined, write: undefined },
};

export const BREAKER_VALUE: Per<BreakerState, number> = { closed: 0, trial: 1, open: 2 };

/** A replica leaves the shared cache out as soon as one of its processes does. */
const worse = (a: BreakerState | undefined, b: BreakerState | undefined): BreakerState | undefined =>
  a === undefined || (b !== undefined && BREAKER_VALUE[b] > BREAKER_VALUE[a]) ? b : a;

export const addL2 = (a: L2Snapshot, b: L2Snapshot): L2Snapshot => ({
  errors: perOf(operations, (operation) =>
    perOf(failureKinds, (kind) => a.errors[operation][kind] + b.errors[operation][kind]),
  ),
  seconds: perOf(operations, (operation) => addHistograms(a.seconds[operation], b.seconds[operation])),
  breakers: perOf(sides, (side) => worse(a.breakers[side], b.breakers[side])),
});
