/** What an application saw of its client: printed as one line of JSON when it is told to stop. */
export interface ClientReport {
  readonly library: string;
  readonly operations: number;
  /** An answer of the server that is an error, by its first word, such as WRONGPASS. */
  readonly errorReplies: Readonly<Record<string, number>>;
  /** Anything else that the application was told, such as a closed connection. */
  readonly otherErrors: Readonly<Record<string, number>>;
  /** Longest time without a successful operation, in milliseconds. */
  readonly longestGapMs: number;
  /** Since the last successful one, when it was told to stop. */
  readonly sinceLastMs: number;
}

/** Twenty a second: as an application that is used, and little for the machine. */
export const OPERATION_EVERY_MS = 50;

export class ReportBuilder {
  private operations = 0;
  private longestGapMs = 0;
  private lastAt: number | null = null;
  private readonly errorReplies: Record<string, number> = {};
  private readonly otherErrors: Record<string, number> = {};

  constructor(private readonly library: string) {}

  succeeded(): void {
    const now = performance.now();
    if (this.lastAt !== null) this.longestGapMs = Math.max(this.longestGapMs, now - this.lastAt);
    this.lastAt = now;
    this.operations += 1;
  }

  failed(error: Error): void {
    const reply = /^([A-Z]{3,}) /.exec(error.message)?.[1];
    const [of, what] =
      reply === undefined ? [this.otherErrors, error.message.slice(0, 80)] : [this.errorReplies, reply];
    of[what] = (of[what] ?? 0) + 1;
  }

  build(): ClientReport {
    const { library, operations, errorReplies, otherErrors } = this;
    const sinceLastMs = this.lastAt === null ? Infinity : performance.now() - this.lastAt;
    return {
      library,
      operations,
      errorReplies,
      otherErrors,
      longestGapMs: Math.round(Math.max(this.longestGapMs, sinceLastMs)),
      sinceLastMs: Math.round(sinceLastMs),
    };
  }
}

/**
 * Runs `operate` again and again, never waiting for the one before, until standard input ends; then says what was seen.
 */
export async function report(library: string, operate: (number: number) => Promise<unknown>): Promise<ClientReport> {
  const builder = new ReportBuilder(library);
  let number = 0;
  const timer = setInterval(() => {
    operate(number++).then(
      () => builder.succeeded(),
      (error: Error) => builder.failed(error),
    );
  }, OPERATION_EVERY_MS);
  console.log("running");
  for await (const _ of process.stdin) void _;
  clearInterval(timer);
  return builder.build();
}
