/** Milliseconds that single runs took. */
export class Times {
  constructor(private readonly all: readonly number[]) {}

  /** Runs it so many times, after some that do not count. */
  static of(runs: number, warmUp: number, run: () => void): Times {
    for (let i = 0; i < warmUp; i += 1) run();
    return new Times(
      Array.from({ length: runs }, () => {
        const start = process.hrtime.bigint();
        run();
        return Number(process.hrtime.bigint() - start) / 1e6;
      }),
    );
  }

  /** The smallest value that so many hundredths of all do not exceed. */
  percentile(p: number): number {
    const sorted = [...this.all].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
  }

  get count(): number {
    return this.all.length;
  }
}
