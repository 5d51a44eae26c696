import type { Event, Operation } from "../history/operation";

/** The event with which a run's writers end. */
export const WRITERS_STOP = "writers stop";

/**
 * Pure: the longest time without an acknowledged write from the event on, over the clients of all regions; null when
 * nothing was acknowledged after it.
 */
export function servedAgainMs(stayed: readonly Operation[], from: string, events: readonly Event[]): number | null {
  const begun = events.find(({ event }) => event === from)?.at;
  if (begun === undefined) return null;
  const ends = stayed.map(({ ended }) => ended).filter((at) => at > begun);
  if (ends.length === 0) return null;
  const stop = events.findLast(({ event }) => event === WRITERS_STOP)?.at;
  const moments = [begun, ...ends.sort((a, b) => a - b), ...(stop === undefined ? [] : [stop])];
  return Math.max(...moments.slice(1).map((at, i) => at - (moments[i] ?? at)));
}
