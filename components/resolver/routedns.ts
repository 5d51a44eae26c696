import { RESOLVER_PREFIX, RESOLVER_USER } from "../../contract/resolverUser";
import { describeAddress } from "../../resolver/upstream/address";
import { ports } from "../../server/ports";
import type { Bytes } from "../../server/types";
import { names } from "../names";
import type { SiteSettings } from "../settings/site";
import { cacheEndpoint } from "./cacheUse";

/** TOML's basic strings are JSON's, but for what neither of these can hold. */
const quoted = (text: string): string => JSON.stringify(text);

/**
 * RouteDNS' configuration: a memory cache before one in Redis before the upstreams, the first that answers. With the
 * password
 * in it, as RouteDNS takes it from nowhere else.
 */
export function renderRouteDns(settings: SiteSettings, password: string): string {
  const { upstreams, cacheSize } = settings.resolver;
  const ask = (protocol: "udp" | "tcp"): string => {
    const servers = upstreams.map(
      (address, at) =>
        `[resolvers.${protocol}-${at}]\naddress = ${quoted(describeAddress(address))}\nprotocol = "${protocol}"\n`,
    );
    const listed = upstreams.map((_, at) => quoted(`${protocol}-${at}`)).join(", ");
    return `${servers.join("\n")}
[groups.upstreams-${protocol}]
type = "fail-rotate"
resolvers = [${listed}]
`;
  };
  const shared = [
    'type = "redis"',
    'redis-network = "tcp"',
    `redis-address = ${quoted(cacheEndpoint(settings, names.clientService))}`,
    `redis-username = ${quoted(RESOLVER_USER)}`,
    `redis-password = ${quoted(password)}`,
    `redis-key-prefix = ${quoted(`${RESOLVER_PREFIX}:`)}`,
  ];
  return `${ask("udp")}
${ask("tcp")}
[groups.upstreams]
type = "truncate-retry"
resolvers = ["upstreams-udp"]
retry-resolver = "upstreams-tcp"

[groups.shared]
type = "cache"
resolvers = ["upstreams"]
backend = { ${shared.join(", ")} }

[groups.local]
type = "cache"
resolvers = ["shared"]
backend = { type = "memory", size = ${localEntries(cacheSize)} }

[listeners.udp]
address = ":${ports.dns}"
protocol = "udp"
resolver = "local"

[listeners.tcp]
address = ":${ports.dns}"
protocol = "tcp"
resolver = "local"
`;
}

/** RouteDNS counts entries, not bytes. */
const BYTES_AN_ENTRY = 512;
const localEntries = (cacheSize: Bytes): number => Math.floor(cacheSize / BYTES_AN_ENTRY);
