import { checkServer as checkServerConfig } from "../../server/flags";
import { formatBytes } from "../../server/quantity";
import { problemIf, type Problem } from "../problems";
import { serverConfig, type ServerSettings } from "../settings/server";
import { checkMemory } from "./memory";

/** A dump is written beside the one before. */
const checkStorage = ({ maxmemory, storage }: ServerSettings): readonly Problem[] =>
  problemIf(storage.size < maxmemory, {
    key: "server.storage.size",
    besides: ["server.maxmemory"],
    problem: `${formatBytes(storage.size)} cannot hold a dump of maxmemory (${formatBytes(maxmemory)})`,
    remedy: `at least ${formatBytes(maxmemory)}, better three times that`,
  });

/** Before v1.38 Dragonfly takes its threads from the CPU limit, whatever the flag says (note 3). */
const checkThreads = ({ engine, threads, cpuLimit }: ServerSettings): readonly Problem[] =>
  problemIf(engine === "dragonfly" && cpuLimit !== undefined && Math.ceil(cpuLimit) < threads, {
    key: "server.cpuLimit",
    besides: ["server.threads", "server.engine"],
    problem: `${cpuLimit} is less than ${threads} threads: they would be throttled together`,
    remedy: `at least ${threads}, or ""`,
  });

export const checkServer = (server: ServerSettings): readonly Problem[] => [
  ...checkMemory("server", server),
  ...checkServerConfig(serverConfig(server)).flatMap(({ field, besides, problem, remedy }) =>
    problemIf(true, {
      key: `server.${field}`,
      besides: besides.map((each) => `server.${each}`),
      problem,
      remedy,
    }),
  ),
  ...checkStorage(server),
  ...checkThreads(server),
];
