import { Cron } from "croner";
import { amount, type Settings } from "../../settings";
import { violation, type Rule } from "../../rule";
import { eachCache } from "../each";
import { scheduleOf } from "./schedule";

const MINUTE = 60_000;
/** A week of runs shows the shortest and the longest break of any schedule by the clock and by the day of the week. */
const RUNS = 400;
const START = new Date("2026-01-05T00:00:00Z");

export const cron: Rule = {
  name: "server-cron",
  family: "server",
  level: "mandatory",
  severity: "medium",
  description: "The schedule of snapshots can be read, is not so close that dumps pile up, and not so rare that a day is lost.",
  remedy: 'Write five fields such as "0 */6 * * *" (snapshots.cron).',
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/backups",
  configSchema: {
    minMinutes: { type: "integer", description: "Least minutes between two snapshots.", minimum: 1, default: 15 },
    maxHours: { type: "integer", description: "Most hours between two snapshots.", minimum: 1, default: 24 },
  },
  judge: (estate, settings) =>
    eachCache(estate, function* (cache, stack) {
      const schedule = scheduleOf(cache, stack);
      if (schedule.state !== "cron") return;
      const fault = faultOf(schedule.cron, settings);
      if (fault !== undefined) yield violation({ resource: schedule.resource }, `the schedule of snapshots ${fault}`, { config: ["snapshots", "cron"] });
    }),
};

function faultOf(written: string, settings: Settings): string | undefined {
  if (written.trim().split(/\s+/).length !== 5) return "does not have five fields";
  let runs: Date[];
  try {
    runs = new Cron(written, { timezone: "UTC", paused: true }).nextRuns(RUNS, START);
  } catch {
    return "cannot be read";
  }
  const breaks = runs.slice(1).map((run, i) => run.getTime() - (runs[i] ?? START).getTime());
  if (breaks.length === 0) return "never comes again";
  const [least, most] = [amount(settings, "minMinutes"), amount(settings, "maxHours")];
  if (Math.min(...breaks) < least * MINUTE) return `has two snapshots within less than ${least} minutes`;
  return Math.max(...breaks) > most * 60 * MINUTE ? `leaves more than ${most} hours between two snapshots` : undefined;
}
