export interface BreakerPolicy {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long it stays open at first; twice as long after each trial that fails. */
  readonly openMs: number;
  readonly mostOpenMs: number;
}

/** `closed`: all goes through. `open`: nothing does. `trial`: one attempt is on its way and decides. */
export type BreakerState = "closed" | "open" | "trial";

/**
 * Keeps a failing dependency out of the way, and lets it back by itself. Pure but for what it remembers; time is given.
 */
export class Breaker {
  readonly #policy: BreakerPolicy;
  #state: BreakerState = "closed";
  #failures = 0;
  #openMs: number;
  #openUntil = 0;

  constructor(policy: BreakerPolicy) {
    this.#policy = policy;
    this.#openMs = policy.openMs;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Whether an attempt may be made now. When it was open long enough, one attempt is let through, as its trial. */
  admits(nowMs: number): boolean {
    if (this.#state === "closed") return true;
    if (this.#state === "trial" || nowMs < this.#openUntil) return false;
    this.#state = "trial";
    return true;
  }

  /** Milliseconds until a trial may be made; 0 unless it is open. */
  waitMs(nowMs: number): number {
    return this.#state === "open" ? Math.max(0, this.#openUntil - nowMs) : 0;
  }

  succeeded(): void {
    this.#state = "closed";
    this.#failures = 0;
    this.#openMs = this.#policy.openMs;
  }

  /** @returns whether this failure opened it. Failures of attempts made before it opened change nothing more. */
  failed(nowMs: number): boolean {
    if (this.#state === "open") return false;
    this.#failures += 1;
    if (this.#state === "closed" && this.#failures < this.#policy.failures) return false;
    if (this.#state === "trial") this.#openMs = Math.min(this.#openMs * 2, this.#policy.mostOpenMs);
    this.#state = "open";
    this.#openUntil = nowMs + this.#openMs;
    return true;
  }
}
