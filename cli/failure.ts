import { EXIT, type ExitCode } from "./exit";

/** A command that ends without doing what it was asked: every problem at once, and where there is one the way on. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";

  constructor(
    readonly code: Exclude<ExitCode, typeof EXIT.done>,
    /** One line each: the key or object, what is wrong, what to do. */
    readonly problems: readonly string[],
    /** What to run next; for exit code 3 always given. */
    readonly wayOn: string | null = null,
  ) {
    super(problems.join("; "));
  }
}

export const badInput = (...problems: readonly string[]): CommandFailure => new CommandFailure(EXIT.badInput, problems);
export const refused = (problems: readonly string[], wayOn: string | null = null): CommandFailure =>
  new CommandFailure(EXIT.refused, problems, wayOn);
export const unfinished = (problem: string, wayOn: string): CommandFailure =>
  new CommandFailure(EXIT.unfinished, [problem], wayOn);
