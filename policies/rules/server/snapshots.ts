import { notJudged, violation, type Rule } from "../../rule";
import { eachCache } from "../each";
import { scheduleOf } from "./schedule";

export const snapshots: Rule = {
  name: "server-snapshots",
  family: "server",
  level: "mandatory",
  severity: "high",
  description: "A site that may be the primary writes snapshots on a schedule.",
  remedy: "Set a schedule (snapshots.cron).",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/backups",
  configSchema: {},
  judge: (estate) =>
    eachCache(estate, function* (cache, stack) {
      const schedule = scheduleOf(cache, stack);
      const subject = { resource: schedule.resource };
      if (schedule.state === "unknown") yield notJudged(subject, "the schedule of snapshots is not known yet");
      if (schedule.state === "never") yield violation(subject, "no schedule of snapshots: what the cache holds is lost with its volume", { config: ["snapshots", "cron"] });
    }),
};
