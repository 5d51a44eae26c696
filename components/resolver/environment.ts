import { RESOLVER_PREFIX, RESOLVER_USER } from "../../contract/resolverUser";
import { describeAddress } from "../../resolver/upstream/address";
import { ports } from "../../server/ports";
import { formatKubernetesBytes } from "../../server/quantity";
import { names } from "../names";
import type { SiteSettings } from "../settings/site";
import { cacheEndpoint } from "./cacheUse";

/** Where the Secret with the password is mounted, as a folder: a rotated password arrives. */
export const PASSWORD_DIRECTORY = "/etc/dragonfly-dr/redis";
export const PASSWORD_KEY = "password";

const listeners = {
  HEIMDALL_BIND_ADDR: `0.0.0.0:${ports.dns}`,
  HEIMDALL_HTTP_BIND_ADDR: `0.0.0.0:${ports.resolverHttp}`,
};

/** What the program says of the builtin resolver; the user's own variables come beside it. */
const builtin = (settings: SiteSettings): Readonly<Record<string, string>> => ({
  ...listeners,
  HEIMDALL_UPSTREAM_SERVERS: settings.resolver.upstreams.map(({ written }) => written).join(","),
  HEIMDALL_WORKERS: String(settings.resolver.workers),
  HEIMDALL_CACHE_BYTES: formatKubernetesBytes(settings.resolver.cacheSize),
  HEIMDALL_REDIS_URL: `redis://${cacheEndpoint(settings, names.clientService)}`,
  HEIMDALL_REDIS_READ_URL: `redis://${cacheEndpoint(settings, names.readOnlyService)}`,
  HEIMDALL_REDIS_USER: RESOLVER_USER,
  HEIMDALL_REDIS_PASSWORD_FILE: `${PASSWORD_DIRECTORY}/${PASSWORD_KEY}`,
  HEIMDALL_REDIS_KEY_PREFIX: RESOLVER_PREFIX,
});

/**
 * Upstream's takes any word but "true" for false, no address without a port, and opens ports for DNS over TLS and HTTPS
 * where
 * nothing is said. Off is also what would go where the pods' network does not lead: recursion, lists of blocked names.
 */
const heimdall = ({ resolver }: SiteSettings): Readonly<Record<string, string>> => ({
  ...listeners,
  HEIMDALL_UPSTREAM_SERVERS: resolver.upstreams.map(describeAddress).join(","),
  HEIMDALL_REDIS_ENABLED: "false",
  HEIMDALL_ENABLE_DOT: "false",
  HEIMDALL_DOT_BIND_ADDR: "disabled",
  HEIMDALL_ENABLE_DOH: "false",
  HEIMDALL_DOH_BIND_ADDR: "disabled",
  HEIMDALL_ENABLE_ITERATIVE: "false",
  HEIMDALL_BLOCKING_ENABLED: "false",
  HEIMDALL_BLOCKING_DOWNLOAD_PSL: "false",
  HEIMDALL_BLOCKLIST_AUTO_UPDATE: "false",
});

/** Variables that the program owns. None holds a secret. */
export function ownEnvironment(settings: SiteSettings): Readonly<Record<string, string>> {
  switch (settings.resolver.implementation) {
    case "builtin":
      return builtin(settings);
    case "heimdall":
      return heimdall(settings);
    case "routedns":
      return {};
  }
}
