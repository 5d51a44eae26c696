import { Cron } from "croner";
import { amount, type Settings } from "../../settings";
import { violation, type Rule } from "../../rule";
import { eachCache } from "../each";
import { schedulesOf } from "./schedule";

const MINUTE = 60_000;
/**
 * So many runs show the shortest and the longest break of any schedule that runs at least daily: by the clock, by the
 * week and by the month.
 */
const RUNS = 400;
const START = new Date("2026-01-05T00:00:00Z");

export const cron: Rule = {
  name: "server-cron",
  family: "server",
  level: "mandatory",
  severity: "medium",
  description:
    "The schedule of snapshots can be read, is not so close that dumps pile up, and not so rare that a day is lost.",
  reads: "the same schedules, walked through run by run",
  remedy: 'Write five fields such as "0 */6 * * *" (snapshots.cron).',
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/backups",
  configSchema: {
    minMinutes: { type: "integer", description: "Least minutes between two snapshots.", minimum: 1, default: 15 },
    maxHours: { type: "integer", description: "Most hours between two snapshots.", minimum: 1, default: 24 },
  },
  judge: (deployment, settings) =>
    eachCache(deployment, function* (cache, stack) {
      for (const schedule of schedulesOf(cache, stack)) {
        const fault = schedule.state === "cron" ? faultOf(schedule.cron, settings) : undefined;
        if (fault !== undefined)
          yield violation({ resource: schedule.resource }, `the schedule of snapshots ${fault}`, {
            config: ["snapshots", "cron"],
          });
      }
    }),
};

/** A schedule is walked through at most once for each setting: all servers mostly share one. */
const judged = new Map<string, string | undefined>();

function faultOf(written: string, settings: Settings): string | undefined {
  const [least, most] = [amount(settings, "minMinutes"), amount(settings, "maxHours")];
  const key = JSON.stringify([written, least, most]);
  if (!judged.has(key)) judged.set(key, findFault(written, least, most));
  return judged.get(key);
}

function findFault(written: string, least: number, most: number): string | undefined {
  if (written.trim().split(/\s+/).length !== 5) return "does not have five fields";
  let cron: Cron;
  try {
    cron = new Cron(written, { timezone: "UTC", paused: true });
  } catch {
    return "cannot be read";
  }
  let last = cron.nextRun(START);
  if (last === null) return "never comes";
  for (let run = 1; run < RUNS; run += 1) {
    const next = cron.nextRun(last);
    if (next === null) return "never comes again";
    const pause = next.getTime() - last.getTime();
    if (pause < least * MINUTE) return `has two snapshots within less than ${least} minutes`;
    if (pause > most * 60 * MINUTE) return `leaves more than ${most} hours between two snapshots`;
    last = next;
  }
  return undefined;
}
