import { checkServer as checkServerConfig } from "../../server/flags";
import { formatBytes, parseBytes, parseCores } from "../../server/quantity";
import type { Problem } from "../problems";
import { serverConfig } from "../settings/resolve";
import type { ServerSettings } from "../settings/server";
import { checkBytes, checkCores, checkMemoryPair, checkRange } from "./values";

/** A dump is written beside the one before. */
function checkStorage({ maxmemory, storage }: ServerSettings): readonly Problem[] {
  const least = parseBytes(maxmemory);
  return parseBytes(storage.size) >= least
    ? []
    : [
        {
          key: "server.storage.size",
          problem: `${storage.size} cannot hold a dump of maxmemory (${maxmemory})`,
          remedy: `at least ${formatBytes(least)}, better three times that`,
        },
      ];
}

/** Before v1.38 Dragonfly takes its threads from the CPU limit, whatever the flag says (note 3). */
function checkThreads({ engine, threads, cpuLimit }: ServerSettings): readonly Problem[] {
  if (engine === "redis" || cpuLimit === "" || Math.ceil(parseCores(cpuLimit)) >= threads) return [];
  return [
    {
      key: "server.cpuLimit",
      problem: `${cpuLimit} is less than ${threads} threads: they would be throttled together`,
      remedy: `at least ${threads}, or ""`,
    },
  ];
}

export function checkServer(server: ServerSettings): readonly Problem[] {
  const values = [
    ...checkBytes("server.maxmemory", server.maxmemory),
    ...checkMemoryPair("server", server.memoryRequest, server.memoryLimit),
    ...checkBytes("server.storage.size", server.storage.size),
    ...checkCores("server.cpuRequest", server.cpuRequest),
    ...(server.cpuLimit === "" ? [] : checkCores("server.cpuLimit", server.cpuLimit)),
    ...checkRange("server.threads", server.threads, 1, 1024),
    ...checkRange("server.slowlog.thresholdMicroseconds", server.slowlog.thresholdMicroseconds, 0, 3_600_000_000),
    ...checkRange("server.slowlog.maxLength", server.slowlog.maxLength, 0, 100_000),
  ];
  if (values.length > 0) return values;
  return [
    ...checkServerConfig(serverConfig(server)).map(({ field, problem, remedy }) => ({
      key: `server.${field}`,
      problem,
      remedy,
    })),
    ...checkStorage(server),
    ...checkThreads(server),
  ];
}
