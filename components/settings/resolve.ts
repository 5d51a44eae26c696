import { allKeysButReserved } from "../../server/acl/patterns";
import type { AclUser } from "../../server/acl/user";
import type { ServerConfig } from "../../server/flags";
import { parseBytes } from "../../server/quantity";
import type { ServerSettings } from "./server";
import type { UserSettings } from "./users";

/** As the server and its guard know it: "*" is every key but the guard's own. */
export const aclUser = ({ name, keys, channels, commands }: UserSettings): AclUser => ({
  name,
  kind: "application",
  keys: keys.includes("*") ? allKeysButReserved : keys,
  channels,
  commands,
});

/** @throws Error when a size does not parse: settings are checked before. */
export const serverConfig = (server: ServerSettings): ServerConfig => ({
  engine: server.engine,
  threads: server.threads,
  maxmemory: parseBytes(server.maxmemory),
  memoryLimit: parseBytes(server.memoryLimit),
  eviction: server.cacheMode ? "evict" : "refuse",
  slowlog: server.slowlog,
  bullmq: server.bullmq,
  extraArgs: server.extraArgs,
});
