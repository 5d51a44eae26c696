import { violation, type Rule } from "../../rule";
import { snapshotFolders, type SnapshotFolder } from "../server/schedule";
import { eachPair } from "./sites";

export const snapshotPrefixes: Rule = {
  name: "dr-snapshot-prefixes",
  family: "dr",
  level: "mandatory",
  severity: "high",
  description: "The sites keep their snapshots apart: neither overwrites or loads the other's.",
  reads: "snapshots.json, --dir and the operator's snapshot folder of both stacks",
  remedy: "Write each site's name into the folder of its snapshots.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/backups",
  configSchema: {},
  *judge(deployment) {
    yield* eachPair(deployment, function* (one, other) {
      const ours = snapshotFolders(one.cache, one.stack);
      for (const theirs of snapshotFolders(other.cache, other.stack)) {
        if (ours.some((own) => meet(own, theirs)))
          yield violation(
            { resource: theirs.resource },
            `its snapshots go to the same place as those of stack ${one.stack.name}`,
            { config: ["snapshots"] },
          );
      }
    });
  },
};

/** Either is the other, or lies within it. */
function meet(one: SnapshotFolder, other: SnapshotFolder): boolean {
  const [a, b] = [`${one.prefix}/`, `${other.prefix}/`];
  return (
    one.bucket === other.bucket && (one.prefix === "" || other.prefix === "" || a.startsWith(b) || b.startsWith(a))
  );
}
