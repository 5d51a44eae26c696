import { Cron } from "croner";
import type { Problem } from "../problems";
import type { SnapshotSettings } from "../settings/site";

/** Five fields only: a server's cron has no seconds. */
export function checkSnapshots({ cron }: SnapshotSettings): readonly Problem[] {
  if (cron === "") return [];
  const problem = (reason: string): readonly Problem[] => [{ key: "snapshots.cron", problem: `"${cron}" does not parse: ${reason}`, remedy: 'write five fields such as "0 */6 * * *", or "" for no dumps' }];
  if (cron.trim().split(/\s+/).length !== 5) return problem("it has not five fields");
  try {
    const next = new Cron(cron, { paused: true, timezone: "UTC" }).nextRun();
    return next === null ? problem("it never comes") : [];
  } catch (error) {
    return problem(error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error));
  }
}
