import { LabError } from "../labError";
import type { ShellResult } from "../deployment/shell";

/** @throws LabError with the end of what the command said, unless it ended with `code`. */
export function expectExit(what: string, result: ShellResult, code = 0): ShellResult {
  if (result.code === code) return result;
  throw new LabError(
    `${what}: exit code ${result.code}, expected ${code}\n${`${result.stdout}\n${result.stderr}`.trim().slice(-3000)}`,
  );
}

/** @throws LabError with `message`. */
export function expect(condition: boolean, message: string): void {
  if (!condition) throw new LabError(message);
}
