import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The checkout this file lies in. */
export const PROJECT_ROOT = resolve(__dirname, "..");

/** Of the variables that decide where the lab keeps things. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What is built or fetched, keyed by version; shared by all labs and checkouts of this user. */
export function cacheDirectory(env: Environment = process.env): string {
  const own = env["DRAGONFLY_DR_CACHE"];
  if (own) return resolve(own);
  return join(env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache"), "dragonfly-dr");
}

/** What running labs write: a folder for each, gone after `down`. */
export function stateDirectory(env: Environment = process.env): string {
  return resolve(env["DRAGONFLY_DR_STATE"] || "/var/lib/dragonfly-dr-lab");
}
