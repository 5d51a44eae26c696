import { violation, type Rule } from "../../rule";
import { eachCache } from "../each";
import { snapshotFolders } from "./schedule";

/** Trap: replicas write snapshots too; in one folder the sites overwrite and load each other's. */
export const snapshotPrefix: Rule = {
  name: "server-snapshot-prefix",
  family: "server",
  level: "mandatory",
  severity: "high",
  description: "Snapshots in object storage are under a prefix of the site's own.",
  reads: "snapshots.json, --dir and the operator's snapshot folder",
  remedy: "Write the site's name into the folder, as in s3://bucket/site.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/backups",
  configSchema: {},
  judge: (deployment) =>
    eachCache(deployment, function* (cache, stack) {
      for (const { resource, prefix, site } of snapshotFolders(cache, stack)) {
        if (prefix === "")
          yield violation({ resource }, "snapshots go to the top of a bucket, where another site's may lie", {
            config: ["snapshots"],
          });
        else if (site !== undefined && !prefix.split("/").includes(site))
          yield violation({ resource }, `the prefix of snapshots does not name site ${site}`, {
            config: ["snapshots"],
          });
      }
    }),
};
