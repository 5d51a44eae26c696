/** What is known of an upstream, and what follows from it. Pure: no sockets, no clock. */
export interface UpstreamState {
  /** Smoothed round-trip time in milliseconds; undefined before the first reply. */
  readonly smoothedMs: number | undefined;
  /** Failures since the last reply. */
  readonly failures: number;
  /** Milliseconds since 1970 of the last failure; 0 without any. */
  readonly lastFailureAt: number;
}

export const unknownUpstream: UpstreamState = { smoothedMs: undefined, failures: 0, lastFailureAt: 0 };

/** Failures in a row after which an upstream is asked only when all the others have let their time pass too. */
const UNHEALTHY_AFTER = 3;
/** Weight of the newest sample. */
const SMOOTHING = 0.2;
/**
 * Before anything is known, all are taken to be this fast: those known to be faster go first, slower ones get a chance.
 */
const ASSUMED_MS = 100;

const PATIENCE_FACTOR = 4;
const LEAST_PATIENCE_MS = 250;
const MOST_PATIENCE_MS = 1_500;

export const isHealthy = (state: UpstreamState): boolean => state.failures < UNHEALTHY_AFTER;

export function afterReply(state: UpstreamState, roundTripMs: number): UpstreamState {
  const smoothedMs =
    state.smoothedMs === undefined ? roundTripMs : state.smoothedMs + SMOOTHING * (roundTripMs - state.smoothedMs);
  return { smoothedMs, failures: 0, lastFailureAt: state.lastFailureAt };
}

export const afterFailure = (state: UpstreamState, nowMs: number): UpstreamState => ({
  ...state,
  failures: state.failures + 1,
  lastFailureAt: nowMs,
});

/**
 * Whom to ask, in order: the healthy, fastest first, those that failed last time after those that did not; then the
 * unhealthy, the one whose failure is longest ago first (if all are down, any may be back).
 */
export function inOrder<T>(upstreams: readonly T[], stateOf: (upstream: T) => UpstreamState): readonly T[] {
  const rank = (upstream: T): readonly number[] => {
    const state = stateOf(upstream);
    return isHealthy(state) ? [0, state.failures, state.smoothedMs ?? ASSUMED_MS] : [1, state.lastFailureAt, 0];
  };
  return [...upstreams].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    return left.map((part, i) => part - (right[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
  });
}

/**
 * How long one upstream is waited for before another is asked beside it, in milliseconds: several times what it usually
 * takes.
 */
export function patienceMs(state: UpstreamState): number {
  if (state.smoothedMs === undefined) return MOST_PATIENCE_MS / 2;
  return Math.min(Math.max(state.smoothedMs * PATIENCE_FACTOR, LEAST_PATIENCE_MS), MOST_PATIENCE_MS);
}
