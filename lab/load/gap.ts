import type { Moment } from "./ackLog";

/** The longest time without an acknowledgement. */
export interface Gap {
  readonly ms: number;
  /** The last acknowledgement before it. */
  readonly from: Moment;
  /** The first one after it, or the end of the run. */
  readonly to: Moment;
  /** True when no acknowledgement ended it: the run was over first. */
  readonly open: boolean;
}

/** Follows acknowledgements in the order of their monotonic time and keeps the longest gap between two of them. */
export class GapTracker {
  private last: Moment | null = null;
  private longest: Gap | null = null;

  acknowledged(at: Moment): void {
    this.consider(at, false);
    this.last = at;
  }

  /** The longest gap, counting the one that the run's end cut off; null without any acknowledgement. */
  finish(end: Moment | null): Gap | null {
    if (end !== null) this.consider(end, true);
    return this.longest;
  }

  private consider(to: Moment, open: boolean): void {
    if (this.last === null) return;
    const ms = Number(to.monotonic - this.last.monotonic) / 1e6;
    if (this.longest === null || ms > this.longest.ms) this.longest = { ms, from: this.last, to, open };
  }
}

/** A gap as printed: milliseconds and wall-clock times. */
export interface PrintedGap {
  readonly ms: number;
  readonly from: string;
  readonly to: string;
  readonly open: boolean;
}

export const printGap = (gap: Gap | null): PrintedGap | null =>
  gap && {
    ms: Math.round(gap.ms * 10) / 10,
    from: new Date(gap.from.wall).toISOString(),
    to: new Date(gap.to.wall).toISOString(),
    open: gap.open,
  };
