import type { Milliseconds } from "../../server/types";
import type { Clock } from "../clock";

export type Waited = "changed" | "late" | "aborted";

export type Found<T> = { readonly kind: "found"; readonly value: T } | { readonly kind: "late" | "aborted" };

/** Lets one waiter watch several objects without missing a change between deciding and waiting. */
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

  /** Calls `read` now and after each change until it gives a value, the time `deadline` comes or `signal` aborts. */
  async until<T>(read: () => T | null, deadline: number, signal: AbortSignal): Promise<Found<T>> {
    for (;;) {
      const { revision } = this;
      const value = read();
      if (value !== null) return { kind: "found", value };
      const waited = await this.since(revision, deadline, signal);
      if (waited !== "changed") return { kind: waited };
    }
  }

  /** Waits for a change since `revision`, for the time `deadline` (ms since 1970), or for `signal` to abort. */
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
