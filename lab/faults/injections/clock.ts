import { setTimeout as pause } from "node:timers/promises";
import { join } from "node:path";
import type { LabSite } from "../../plan";
import { run } from "../../process/run";
import type { FaultLab } from "../run/faultLab";
import { processOf } from "./processes";

const ATTEMPTS = 20;

/**
 * Sets the clock that a site's guard reads off, by its debugger: the machine has one clock, which is everybody's. Ends
 * with the guard's process.
 */
export async function shiftClock(w: FaultLab, site: LabSite, offsetSeconds: number): Promise<void> {
  const pid = await processOf(w.plan(site), "guard");
  process.kill(pid, "SIGUSR1");
  for (let attempt = 1; ; attempt++) {
    try {
      await run("nsenter", [
        "--target",
        String(pid),
        "--net",
        process.execPath,
        "--import",
        "tsx",
        join(__dirname, "evaluateInGuard.ts"),
        String(offsetSeconds * 1_000),
      ]);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await pause(200);
    }
  }
}
