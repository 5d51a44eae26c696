/** Where a command says how far it is; always the error stream, so that standard output is the result alone. */
export interface Progress {
  begin(step: string): void;
  tell(detail: string): void;
  end(outcome: "done" | "failed" | "given up", seconds: number): void;
  note(line: string): void;
}

interface Output {
  write(text: string): unknown;
}

/** Plain lines with times, for logs. */
export class PlainProgress implements Progress {
  private step = "";
  private detail = "";

  constructor(private readonly out: Output) {}

  begin(step: string): void {
    this.step = step;
    this.detail = "";
    this.line(`${step} ...`);
  }

  tell(detail: string): void {
    if (detail === this.detail) return;
    this.detail = detail;
    this.line(`${this.step}: ${detail}`);
  }

  end(outcome: "done" | "failed" | "given up", seconds: number): void {
    this.line(`${this.step}: ${outcome} after ${seconds.toFixed(3)} s`);
  }

  note(line: string): void {
    this.line(line);
  }

  private line(text: string): void {
    this.out.write(`${new Date().toISOString()} ${text}\n`);
  }
}

const CLEAR = "\r\u001b[K";
const MARKS = {
  done: "\u001b[32m✓\u001b[0m",
  failed: "\u001b[31m✗\u001b[0m",
  "given up": "\u001b[33m↩\u001b[0m",
} as const;
const REDRAW_MS = 100;

/** One line a step, with the running one's time ticking. */
export class TerminalProgress implements Progress {
  private step = "";
  private detail = "";
  private since = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly out: Output,
    private readonly columns: number,
  ) {}

  begin(step: string): void {
    this.step = step;
    this.detail = "";
    this.since = Date.now();
    this.draw();
    this.timer = setInterval(() => this.draw(), REDRAW_MS);
    this.timer.unref();
  }

  tell(detail: string): void {
    this.detail = detail;
  }

  end(outcome: "done" | "failed" | "given up", seconds: number): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.out.write(`${CLEAR}${MARKS[outcome]} ${this.step}  ${seconds.toFixed(2)} s\n`);
  }

  note(line: string): void {
    this.out.write(`${CLEAR}${line}\n`);
    if (this.timer !== null) this.draw();
  }

  private draw(): void {
    const seconds = ((Date.now() - this.since) / 1000).toFixed(1);
    const text = `… ${this.step}  ${seconds} s${this.detail === "" ? "" : `  ${this.detail}`}`;
    this.out.write(`${CLEAR}${text.slice(0, Math.max(20, this.columns - 1))}`);
  }
}
