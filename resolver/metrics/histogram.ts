/** Upper bounds in seconds: from a hit in memory (tens of microseconds) to an upstream's time-out. */
export const LATENCY_BOUNDS = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
] as const;

/** What a histogram holds, as it goes from a worker to the primary process. */
export interface HistogramSnapshot {
  /** Observations up to each bound, not cumulated; the last: above all. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** A histogram that costs the hit path an addition: prom-client's looks labels up by a string each time. */
export class Histogram {
  readonly #counts: number[] = Array<number>(LATENCY_BOUNDS.length + 1).fill(0);
  #sum = 0;

  observe(seconds: number): void {
    let i = 0;
    while (i < LATENCY_BOUNDS.length && seconds > (LATENCY_BOUNDS[i] ?? 0)) i += 1;
    this.#counts[i] = (this.#counts[i] ?? 0) + 1;
    this.#sum += seconds;
  }

  snapshot(): HistogramSnapshot {
    return { counts: [...this.#counts], sum: this.#sum };
  }
}

export const noObservations: HistogramSnapshot = { counts: Array<number>(LATENCY_BOUNDS.length + 1).fill(0), sum: 0 };

export const addHistograms = (a: HistogramSnapshot, b: HistogramSnapshot): HistogramSnapshot => ({
  counts: a.counts.map((count, i) => count + (b.counts[i] ?? 0)),
  sum: a.sum + b.sum,
});
