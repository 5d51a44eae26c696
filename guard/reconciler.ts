const CYCLE_MS = 250;
/** After an action the next step is judged at once, but never in an endless spin. */
const MOST_CYCLES_AT_ONCE = 12;

export interface ReconcilerTasks {
  /** @returns whether anything was done, so that the next step can be judged at once. */
  reconcile(): Promise<boolean>;
  /** Nothing to do, and nothing under way. */
  atRest(): boolean;
  onCycle(): void;
  log(line: string): void;
}

/** Runs cycles one after the other: on a clock, and at once when somebody has news. */
export class Reconciler {
  private running = false;
  private again = false;
  private skippedLastTick = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly tasks: ReconcilerTasks) {}

  start(): void {
    this.timer = setInterval(() => this.tick(), CYCLE_MS);
    this.trigger();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  trigger(): void {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    void this.reconcileUntilStable().finally(() => {
      this.running = false;
      if (this.again) {
        this.again = false;
        setImmediate(() => this.trigger());
      }
    });
  }

  /** A site at rest is looked at every other time only: whatever somebody tells the guard triggers a cycle at once. */
  private tick(): void {
    this.skippedLastTick = !this.skippedLastTick && this.tasks.atRest();
    if (!this.skippedLastTick) this.trigger();
  }

  private async reconcileUntilStable(): Promise<void> {
    for (let i = 0; i < MOST_CYCLES_AT_ONCE; i++) {
      this.again = false;
      const acted = await this.tasks.reconcile().catch((error: Error) => {
        this.tasks.log(`cycle failed: ${error.message}`);
        return false;
      });
      this.tasks.onCycle();
      if (!acted && !this.again) return;
    }
  }
}
