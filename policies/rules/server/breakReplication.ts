import { booleanFlag } from "../../model/flags";
import { violation, type Rule } from "../../rule";
import { eachCache } from "../each";

/** Trap: an empty primary back on the same address empties the replica. */
export const breakReplication: Rule = {
  name: "server-break-replication",
  family: "server",
  level: "mandatory",
  severity: "high",
  description: "A Dragonfly replica stops following a primary that has restarted, and keeps its data.",
  reads: "the server's flags",
  remedy: "Start the server with --break_replication_on_master_restart=true.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/flags",
  configSchema: {},
  judge: (deployment) =>
    eachCache(deployment, function* (cache) {
      if (cache.engine !== "dragonfly") return;
      const set = booleanFlag(cache.flags, "break_replication_on_master_restart");
      // The operator sets it itself where nothing is said.
      if (set === true || (set === undefined && cache.carrier === "Dragonfly")) return;
      yield violation(
        { resource: cache.resource },
        "break_replication_on_master_restart is not true: a primary that comes back empty empties this copy",
      );
    }),
};
