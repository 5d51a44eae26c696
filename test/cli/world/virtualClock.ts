import type { Clock } from "../../../cli/clock";

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Time that passes only when a test lets it. */
export class VirtualClock implements Clock {
  private time = Date.parse("2026-01-01T00:00:00Z");
  private timers: Timer[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const abort = (): void => {
        this.timers = this.timers.filter((t) => t !== timer);
        resolve();
      };
      const fire = (): void => {
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const timer: Timer = { at: this.time + Math.max(0, ms), fire };
      this.timers.push(timer);
      signal?.addEventListener("abort", abort);
    });
  }

  pass(ms: number): void {
    this.time += ms;
    const due = this.timers.filter((t) => t.at <= this.time).sort((a, b) => a.at - b.at);
    this.timers = this.timers.filter((t) => t.at > this.time);
    for (const timer of due) timer.fire();
  }
}
