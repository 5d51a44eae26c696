import { DRAGONFLY_BYTES_PER_THREAD } from "../../../server/flags";
import { formatBytes } from "../../../server/quantity";
import { bytes } from "../../../server/types";
import { notJudged, violation, type Rule } from "../../rule";
import { eachCache } from "../each";
import { cpuLimit, isUnknownFlag, maxmemory, threads } from "./quantities";

/**
 * Trap: with too little memory for its threads Dragonfly exits at start; before v1.38 a CPU limit decides the threads.
 */
export const threadCount: Rule = {
  name: "server-threads",
  family: "server",
  level: "mandatory",
  severity: "high",
  description: "Dragonfly's threads are set, have 256 MiB of maxmemory each and as many cores as the limit allows.",
  reads: "proactor_threads, maxmemory and the container's CPU limit",
  remedy:
    "Set proactor_threads so that maxmemory is at least threads × 256Mi, and a CPU limit of at least as many " +
    "cores, or none.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/flags",
  configSchema: {},
  judge: (deployment) =>
    eachCache(deployment, function* (cache) {
      if (cache.engine !== "dragonfly") return;
      const subject = { resource: cache.resource };
      const config = { config: ["server", "threads"] };
      if (isUnknownFlag(cache, "proactor_threads"))
        return yield notJudged(subject, "proactor_threads is not known yet");
      const count = threads(cache);
      if (count === undefined)
        return yield violation(
          subject,
          "proactor_threads is not set: the threads, and the memory they need, are those of whatever node it lands on",
          config,
        );
      const most = maxmemory(cache);
      const least = count * DRAGONFLY_BYTES_PER_THREAD;
      if (most !== undefined && most < least)
        yield violation(
          subject,
          `maxmemory (${formatBytes(bytes(most))}) is under ${count} threads × 256Mi: Dragonfly exits at start`,
          config,
        );
      const cores = cpuLimit(cache);
      if (cores !== undefined && Math.ceil(cores) < count)
        yield violation(subject, `${count} threads with a limit of ${cores} cores: they are throttled together`, {
          config: ["server", "cpuLimit"],
        });
    }),
};
