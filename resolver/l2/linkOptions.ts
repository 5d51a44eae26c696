import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { ConfigError, type RedisConfig } from "../config/config";
import type { Log } from "../log";
import type { LinkOptions } from "./link";

/**
 * For a command of any kind: a write that nobody waits for may cross the ocean. How long an answer waits is shorter.
 */
const COMMAND_TIMEOUT_MS = 2_000;

/** What all connections of the configuration have in common. @throws ConfigError when the CA file cannot be read. */
export const linkOptions = (redis: RedisConfig, log: Log): Omit<LinkOptions, "name" | "endpoint"> => ({
  readPassword: async () =>
    redis.passwordFile === undefined ? redis.password : (await readFile(redis.passwordFile, "utf8")).trim(),
  ca: readCa(redis.caFile),
  commandTimeoutMs: Math.max(redis.timeout, COMMAND_TIMEOUT_MS),
  log,
});

function readCa(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new ConfigError([
      {
        variable: "HEIMDALL_REDIS_CA_FILE",
        problem: `cannot read ${file}`,
        remedy: "mount the CA's certificate there",
      },
    ]);
  }
}
