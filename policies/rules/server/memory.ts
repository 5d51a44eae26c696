import { MAXMEMORY_SHARE } from "../../../server/flags";
import { formatBytes } from "../../../server/quantity";
import { bytes } from "../../../server/types";
import { plainFlag } from "../../model/flags";
import { amount } from "../../settings";
import { notJudged, violation, type Rule } from "../../rule";
import { eachCache } from "../each";
import { isUnknownFlag, isUnreadMaxmemory, maxmemory, memoryLimit } from "./quantities";

export const memory: Rule = {
  name: "server-memory",
  family: "server",
  level: "mandatory",
  severity: "high",
  description:
    "The server bounds its data, and the container has room beside it for connections, replication and dumps.",
  reads: "maxmemory and the container's memory limit",
  remedy: "Set maxmemory to at most 75 % of the container's memory limit (server.maxmemory, server.memoryLimit).",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/flags",
  configSchema: {
    share: {
      type: "number",
      description: "The largest share of the limit that maxmemory may have.",
      minimum: 0.1,
      maximum: 1,
      default: MAXMEMORY_SHARE,
    },
  },
  judge: (deployment, settings) =>
    eachCache(deployment, function* (cache) {
      const subject = { resource: cache.resource };
      const config = { config: ["server", "maxmemory"] };
      if (isUnknownFlag(cache, "maxmemory")) return yield notJudged(subject, "maxmemory is not known yet");
      if (isUnreadMaxmemory(cache)) {
        const isFilledIn = plainFlag(cache.flags, "maxmemory")?.includes("$") === true;
        if (isFilledIn) yield notJudged(subject, "maxmemory comes from a variable that is not known here");
        else yield violation(subject, "maxmemory is no number of bytes: the server does not start", config);
        return;
      }
      const most = maxmemory(cache);
      const limit = memoryLimit(cache);
      if (limit === undefined)
        yield violation(subject, `container ${cache.container.name} has no limit of memory`, {
          config: ["server", "memoryLimit"],
        });
      // Dragonfly without the flag takes 80 % of the cgroup; Redis takes all there is.
      if (most === undefined)
        yield violation(subject, "maxmemory is not set: the server takes more than the container has to spare", config);
      if (limit === undefined || most === undefined) return;
      const share = amount(settings, "share");
      if (most > limit * share)
        yield violation(
          subject,
          `maxmemory (${formatBytes(bytes(most))}) is over ${Math.round(share * 100)} % of the container's ` +
            `limit (${formatBytes(bytes(limit))})`,
          config,
        );
    }),
};
