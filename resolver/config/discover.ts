import { ParseError } from "../../server/parseError";
import { parseRedisUrl, type ParsedRedisUrl } from "../l2/endpoint";
import type { Environment } from "./environment";

/** Where the shared cache's address was found: shown at the start, so that nobody has to guess. */
export type DiscoveredBy = "HEIMDALL_REDIS_URL" | "REDIS_URL" | "HEIMDALL_REDIS_SERVICE_HOST" | "kubernetes default";

export interface Discovered extends ParsedRedisUrl {
  readonly by: DiscoveredBy;
}

const DEFAULT_URL = "redis://heimdall-redis:6379";

function candidate(environment: Environment): { readonly by: DiscoveredBy; readonly url: string } | undefined {
  for (const by of ["HEIMDALL_REDIS_URL", "REDIS_URL"] as const) {
    const url = environment.text(by);
    if (url !== undefined) return { by, url };
  }
  const host = environment.text("HEIMDALL_REDIS_SERVICE_HOST");
  if (host !== undefined) {
    const port = environment.integer("HEIMDALL_REDIS_SERVICE_PORT", 6379, { least: 1, most: 65_535 });
    return { by: "HEIMDALL_REDIS_SERVICE_HOST", url: `redis://${host.includes(":") ? `[${host}]` : host}:${port}` };
  }
  // Kubernetes sets it in every container.
  const inKubernetes = environment.text("KUBERNETES_SERVICE_HOST") !== undefined;
  return inKubernetes ? { by: "kubernetes default", url: DEFAULT_URL } : undefined;
}

/**
 * Finds the shared cache, in the order that users of Heimdall know: HEIMDALL_REDIS_URL, REDIS_URL,
 * HEIMDALL_REDIS_SERVICE_HOST and _PORT, in Kubernetes redis://heimdall-redis:6379, else none.
 * HEIMDALL_REDIS_ENABLED=false turns it off.
 */
export function discoverRedis(environment: Environment): Discovered | undefined {
  const enabled = environment.boolean("HEIMDALL_REDIS_ENABLED");
  if (enabled === false) return undefined;
  const found = candidate(environment);
  if (found === undefined) {
    if (enabled === true)
      environment.refuse("HEIMDALL_REDIS_ENABLED", "is true, but there is no address", "set HEIMDALL_REDIS_URL");
    return undefined;
  }
  const parsed = readUrl(environment, found.by, found.url);
  return parsed === undefined ? undefined : { ...parsed, by: found.by };
}

/** A URL from a variable; what is wrong with it goes to the environment's problems. */
export function readUrl(environment: Environment, name: string, url: string): ParsedRedisUrl | undefined {
  try {
    return parseRedisUrl(url);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    environment.refuse(name, error.problem, error.remedy);
    return undefined;
  }
}
