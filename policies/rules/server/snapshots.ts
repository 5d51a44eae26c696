import { notJudged, violation, type Rule } from "../../rule";
import { eachCache } from "../each";
import { schedulesOf, snapshotsFile } from "./schedule";

export const snapshots: Rule = {
  name: "server-snapshots",
  family: "server",
  level: "mandatory",
  severity: "high",
  description: "A site that may be the primary writes snapshots on a schedule.",
  reads: "site.json, snapshots.json, the operator's snapshot settings, snapshot_cron and save",
  remedy: "Set a schedule (snapshots.cron).",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/backups",
  configSchema: {},
  judge: (deployment) =>
    eachCache(deployment, function* (cache, stack) {
      for (const { state, resource } of schedulesOf(cache, stack)) {
        if (state === "unknown") yield notJudged({ resource }, "the schedule of snapshots is not known yet");
        if (state === "never")
          yield violation({ resource }, "no schedule of snapshots: what the cache holds is lost with its volume", {
            config: ["snapshots", "cron"],
          });
      }
      const file = snapshotsFile(cache, stack);
      if (file?.fault !== undefined)
        yield violation({ resource: file.resource }, `snapshots.json cannot be read: ${file.fault}`, {
          config: ["snapshots"],
        });
    }),
};
