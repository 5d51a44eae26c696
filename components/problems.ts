import { RunError } from "@pulumi/pulumi";

/** One thing that is wrong with what a site was given. */
export interface Problem {
  /** Path of the setting, such as "server.maxmemory" or "users[2].keys[0]". */
  readonly key: string;
  readonly problem: string;
  readonly remedy: string;
}

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
