import { EXIT, type ExitCode } from "./exit";

/** A command that ends without doing what it was asked: every problem at once, and where there is one the next step. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";

  constructor(
    readonly code: Exclude<ExitCode, typeof EXIT.done>,
    /** One line each: the key or object, what is wrong, what to do. */
    readonly problems: readonly string[],
    /** What to run next; for exit code 3 always given. */
    readonly nextStep: string | null = null,
  ) {
    super(problems.join("; "));
  }
}

export const badInput = (...problems: readonly string[]): CommandFailure => new CommandFailure(EXIT.badInput, problems);
export const refused = (problems: readonly string[], nextStep: string | null = null): CommandFailure =>
  new CommandFailure(EXIT.refused, problems, nextStep);
export const unfinished = (problem: string, nextStep: string): CommandFailure =>
  new CommandFailure(EXIT.unfinished, [problem], nextStep);
