/**
 * Spreads writes evenly at a rate a second. Time lost (an outage, a slow reply) is not caught up, but for what jitter
 * needs: a burst after an outage would be a load that nobody asked for.
 */
export class Pace {
  private due: number;
  private readonly intervalMs: number;

  /**
   * @param rate writes a second; `max` never waits.
   * @param clock milliseconds, monotonic.
   * @param maxBacklogMs how far behind the schedule writes may be before time counts as lost.
   */
  constructor(
    rate: number | "max",
    private readonly clock: () => number = () => performance.now(),
    private readonly maxBacklogMs = 20,
  ) {
    this.intervalMs = rate === "max" ? 0 : 1_000 / rate;
    this.due = clock();
  }

  /** Takes the next `count` places. @returns milliseconds to wait before writing. */
  take(count: number): number {
    const now = this.clock();
    this.due = Math.max(this.due, now - this.maxBacklogMs);
    const wait = this.due - now;
    this.due += this.intervalMs * count;
    return Math.max(0, wait);
  }
}
