import type { Event } from "../history/operation";

/** A time between two events, widened on both sides. */
export interface Window {
  /** The first event of this name. */
  readonly from: string;
  readonly leadMs: number;
  /** The last event of this name. */
  readonly to: string;
  readonly trailMs: number;
}

/** What a scenario allows; everything else is a violation. */
export interface Promised {
  /** Acknowledgements of this time may be lost; null: none may. */
  readonly losses: Window | null;
  /** At this time a second site may acknowledge, and answer reads from its own data; null: never. */
  readonly twoSites: Window | null;
  /** What the time to serve again is counted from. */
  readonly served: string;
}

/** Pure: whether a moment lies in the window. A window whose events are missing holds nothing. */
export function isWithin(at: number, window: Window | null, events: readonly Event[]): boolean {
  if (window === null) return false;
  const from = events.find(({ event }) => event === window.from);
  const to = events.findLast(({ event }) => event === window.to);
  return from !== undefined && to !== undefined && at >= from.at - window.leadMs && at <= to.at + window.trailMs;
}
