/** A fault that the reader can mend: one line for each problem, with its remedy, and no stack trace. */
export class LabError extends Error {
  /** The process's exit code: 2 for a machine or a call that cannot work, 1 for what failed on the way. */
  readonly exitCode: number;

  constructor(problems: string | readonly string[], exitCode: 1 | 2 = 1) {
    super(typeof problems === "string" ? problems : problems.join("\n"));
    this.name = "LabError";
    this.exitCode = exitCode;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
