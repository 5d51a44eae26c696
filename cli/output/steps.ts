import type { Clock } from "../clock";
import type { Progress } from "./progress";

/** One step of a command as its receipt tells it. */
export interface StepRecord {
  readonly name: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly outcome: "done" | "failed" | "given up";
}

/** Times a command's steps and shows them; a step runs until the next begins. */
export class Steps {
  private readonly done: StepRecord[] = [];
  private current: { readonly name: string; readonly since: number } | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly progress: Progress,
  ) {}

  get records(): readonly StepRecord[] {
    return this.done;
  }

  /** Begins `name`, ending the step before it as done; a step that goes on is not begun twice. */
  begin(name: string): void {
    if (this.current?.name === name) return;
    this.end("done");
    this.current = { name, since: this.clock.now() };
    this.progress.begin(name);
  }

  /** A word about how the running step fares. */
  tell(detail: string): void {
    this.progress.tell(detail);
  }

  note(line: string): void {
    this.progress.note(line);
  }

  end(outcome: StepRecord["outcome"]): void {
    if (this.current === null) return;
    const { name, since } = this.current;
    const seconds = (this.clock.now() - since) / 1000;
    this.done.push({ name, startedAt: new Date(since).toISOString(), seconds, outcome });
    this.current = null;
    this.progress.end(outcome, seconds);
  }
}
