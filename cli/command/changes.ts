import type { Clock } from "../clock";
import type { Milliseconds } from "../../server/types";

export type Waited = "changed" | "late" | "aborted";

/** Lets one waiter follow several objects without missing a change between judging and waiting. */
export class Changes {
  private count = 0;
  private waiting: (() => void) | null = null;

  constructor(private readonly clock: Clock) {}

  get revision(): number {
    return this.count;
  }

  announce(): void {
    this.count += 1;
    this.waiting?.();
  }

  /**
   * Waits until something has changed since `revision`, until the time `deadline` (ms since 1970), or until `signal`
   * aborts.
   */
  async since(revision: number, deadline: number, signal: AbortSignal): Promise<Waited> {
    if (signal.aborted) return "aborted";
    if (this.count !== revision) return "changed";
    const left = deadline - this.clock.now();
    if (left <= 0) return "late";
    const over = new AbortController();
    const changed = new Promise<void>((resolve) => (this.waiting = resolve));
    try {
      await Promise.race([changed, this.clock.after(left as Milliseconds, AbortSignal.any([signal, over.signal]))]);
    } finally {
      this.waiting = null;
      over.abort();
    }
    if (this.count !== revision) return "changed";
    return signal.aborted ? "aborted" : "late";
  }
}
