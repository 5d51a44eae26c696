import { formatBytes } from "../../../server/quantity";
import { bytes } from "../../../server/types";
import { violation, type Finding, type Rule } from "../../rule";
import { maxmemory, memoryLimit } from "../server/quantities";
import { eachPair, firstPrimary, type Site } from "./sites";

/** Trap: a replica takes in all that the primary has, whatever its own maxmemory says. */
export const replicaMemory: Rule = {
  name: "dr-memory",
  family: "dr",
  level: "mandatory",
  severity: "high",
  description: "The replica has at least the primary's memory.",
  reads: "maxmemory and memory limit of both stacks' servers",
  remedy: "Set server.maxmemory and server.memoryLimit of the other site to at least the primary's.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/high-availability",
  configSchema: {},
  *judge(deployment) {
    yield* eachPair(deployment, function* (one, other) {
      const primary = firstPrimary(one, other);
      // Where nobody is marked out, either may have to hold the other's data.
      if (primary !== other) yield* judge(one, other);
      if (primary !== one) yield* judge(other, one);
    });
  },
};

function* judge(primary: Site, replica: Site): Iterable<Finding> {
  const subject = { resource: replica.cache.resource };
  for (const [what, key, of] of [
    ["maxmemory", "maxmemory", maxmemory],
    ["limit of memory", "memoryLimit", memoryLimit],
  ] as const) {
    const [most, own] = [of(primary.cache), of(replica.cache)];
    if (most === undefined || own === undefined || own >= most) continue;
    yield violation(
      subject,
      `its ${what} (${formatBytes(bytes(own))}) is less than the primary's (${formatBytes(bytes(most))}, stack ` +
        `${primary.stack.name})`,
      { config: ["server", key] },
    );
  }
}
