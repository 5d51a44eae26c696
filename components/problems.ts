import { RunError } from "@pulumi/pulumi";

/**
 * `unknown-key`: there is no such key. `missing`: a key that must be given. `malformed`: a value that cannot be read.
 * `conflict`: values that can be read and do not go together.
 */
export type ProblemKind = "unknown-key" | "missing" | "malformed" | "conflict";

/** One thing that is wrong with what a site was given. */
export interface Problem {
  readonly kind: ProblemKind;
  /** Path of the setting, such as "server.maxmemory" or "users[2].keys[0]". */
  readonly key: string;
  readonly problem: string;
  readonly remedy: string;
  /** Other keys that a rule compares this one with: where one of them cannot be read, the rule says nothing. */
  readonly besides?: readonly string[];
}

/** A rule across settings, as one reads it: what is wrong, and then key, problem and remedy. */
export const problemIf = (wrong: boolean, problem: Omit<Problem, "kind">): readonly Problem[] =>
  wrong ? [{ kind: "conflict", ...problem }] : [];

/** Every problem at once, one a line. Pulumi prints it without a stack trace: it is the user's to mend, not a bug. */
export class SettingsError extends RunError {
  /** @param prefix stands before each key, such as "dragonfly-dr:" for stack configuration. */
  constructor(
    heading: string,
    readonly problems: readonly Problem[],
    prefix = "",
  ) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(
      [
        `${heading}: ${count}`,
        ...problems.map(({ key, problem, remedy }) => `  ${prefix}${key}: ${problem}; ${remedy}`),
      ].join("\n"),
    );
  }
}
