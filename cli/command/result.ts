import type { ExitCode } from "../exit";
import type { Receipt } from "../output/receipt";

/** How a command ended. */
export interface Result {
  readonly code: ExitCode;
  /** For --json: the receipt, the status, or the plan of a dry run. */
  readonly json: unknown;
  /** For people, on standard output. */
  readonly text: string;
}

/** What a dry run says: the plan as it would be carried out. Nothing was changed, no lease was taken. */
export function dryRun(command: string, steps: readonly string[], details: Readonly<Record<string, unknown>>): Result {
  return {
    code: 0,
    json: { dryRun: true, command, ...details, steps },
    text: [`${command} (dry run, nothing is changed):`, ...steps.map((s, i) => `  ${i + 1}. ${s}`), ""].join("\n"),
  };
}

export const exitCodeOf = (receipt: Receipt): ExitCode =>
  receipt.outcome === "done" ? 0 : receipt.outcome === "rolled back" ? 1 : 3;
