import { violation, type Rule } from "../../rule";
import { dumpFolder } from "../server/schedule";
import { eachPair } from "./sites";

export const snapshotPrefixes: Rule = {
  name: "dr-snapshot-prefixes",
  family: "dr",
  level: "mandatory",
  severity: "high",
  description: "The sites keep their snapshots apart: neither overwrites or loads the other's.",
  remedy: "Write each site's name into the folder of its snapshots.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/backups",
  configSchema: {},
  *judge(estate) {
    yield* eachPair(estate, function* (one, other) {
      const [ours, theirs] = [dumpFolder(one.cache), dumpFolder(other.cache)].map((folder) => (folder?.includes("://") === true ? `${folder.replace(/\/+$/, "")}/` : undefined));
      if (ours === undefined || theirs === undefined || !(ours.startsWith(theirs) || theirs.startsWith(ours))) return;
      yield violation({ resource: other.cache.resource }, `its snapshots go to the same place as those of stack ${one.stack.name}`, { config: ["snapshots"] });
    });
  },
};
