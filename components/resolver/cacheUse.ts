import { ports } from "../../server/ports";
import type { names } from "../names";
import type { ResolverSettings } from "../settings/resolver";
import type { SiteSettings } from "../settings/site";

/** What a resolver does with the cache. `read and write`: each at its own Service. */
export type CacheUse = "none" | "write" | "read and write";

/**
 * RouteDNS knows one address, and only the primary takes writes. Upstream Heimdall's only use of Redis is a registry
 * that blocks its health check.
 */
export function cacheUse({ enabled, implementation }: Pick<ResolverSettings, "enabled" | "implementation">): CacheUse {
  if (!enabled || implementation === "heimdall") return "none";
  return implementation === "routedns" ? "write" : "read and write";
}

/** The gateway's ports that go with it. */
export function cachePorts(use: CacheUse): readonly number[] {
  if (use === "none") return [];
  return use === "write" ? [ports.client] : [ports.client, ports.readOnly];
}

/** Host and port of one of the cache's Services for clients, as seen from another namespace. */
export const cacheEndpoint = (
  { namespace, network }: SiteSettings,
  service: typeof names.clientService | typeof names.readOnlyService,
): string => `${service}.${namespace}.svc.${network.clusterDomain}:${ports.client}`;
