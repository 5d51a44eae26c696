import { setTimeout as pause } from "node:timers/promises";
import { LabError, messageOf } from "../labError";

export interface WaitOptions {
  /** What is waited for, as the error names it. */
  readonly what: string;
  readonly deadlineMs: number;
  /** Between two looks. Default 100 ms. */
  readonly everyMs?: number;
  /** Looked at between two tries: what it throws ends the waiting at once, such as "the process has ended". */
  readonly giveUp?: () => void;
  /** Added to the error, such as where the log is. */
  readonly hint?: string;
}

/**
 * Looks again and again until the condition gives something other than undefined and false, and gives that.
 * A look that throws counts as "not yet"; the last such reason is in the error.
 * @throws LabError when the deadline has passed.
 */
export async function waitFor<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  options: WaitOptions,
): Promise<T> {
  const { what, deadlineMs, everyMs = 100, giveUp, hint } = options;
  const deadline = performance.now() + deadlineMs;
  let reason = "";
  for (;;) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      reason = "";
    } catch (error) {
      reason = `: ${messageOf(error)}`;
    }
    giveUp?.();
    if (performance.now() > deadline) {
      throw new LabError(`${what}: not within ${Math.round(deadlineMs / 1000)} s${reason}${hint ? ` (${hint})` : ""}`);
    }
    await pause(everyMs);
  }
}
