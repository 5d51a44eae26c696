/**
 * The environment of the resolver. An empty variable counts as unset; what is wrong is reported all at once and ends
 * the
 * start with code 2. No other file reads the environment, but for NODE_… and KUBERNETES_SERVICE_HOST, which Kubernetes
 * sets.
 *
 * | variable | default | what |
 * |---|---|---|
 * | HEIMDALL_UPSTREAM_SERVERS | none: must be set | addresses to ask, separated by commas or spaces: `10.0.0.2`,
 * `10.0.0.3:5353`, `[2001:db8::1]:53`; no names |
 * | HEIMDALL_BIND_ADDR | 0.0.0.0:1053 | where queries are answered, UDP and TCP; `[::]:1053` for both families; port 0:
 * the kernel's choice, in the log's line "ready" |
 * | HEIMDALL_HTTP_BIND_ADDR | 0.0.0.0:9153 | GET /health (alive), /ready, /metrics; POST /flush from the same machine
 * only |
 * | HEIMDALL_UPSTREAM_TIMEOUT | 4 | seconds for a question, however many upstreams are tried |
 * | HEIMDALL_RANDOMISE_CASE | true | letters of random case towards upstreams (0x20) |
 * | HEIMDALL_WORKERS | auto | processes that answer; auto: one a core of those given, by the cgroup's quota too |
 * | HEIMDALL_CACHE_BYTES | 64Mi | the local cache (L1) of all processes together |
 * | HEIMDALL_MIN_TTL, HEIMDALL_MAX_TTL, HEIMDALL_MAX_NEGATIVE_TTL | 0, 86400, 3600 | seconds |
 * | HEIMDALL_STALE_SECONDS | 86400 | how long past its TTL an answer may be served for want of a better one; 0: never |
 * | HEIMDALL_STALE_AFTER_MS | 1800 | how long a client waits for a fresh answer while there is a stale one |
 * | HEIMDALL_PREFETCH | true | refresh popular answers before they expire |
 * | HEIMDALL_MAX_CONCURRENT_QUERIES | 2000 | questions on their way to upstreams; more fail at once |
 * | HEIMDALL_MAX_UDP_BYTES | 1232 | largest answer over UDP |
 * | HEIMDALL_QUERIES_PER_SECOND_PER_IP, HEIMDALL_BURST_SIZE_PER_IP | 5000, twice that | one client's limit (IPv6: one
 * /64); 0: none |
 * | HEIMDALL_TCP_CONNECTIONS, HEIMDALL_TCP_CONNECTIONS_PER_IP, HEIMDALL_TCP_IDLE_SECONDS | 1000, 50, 10 | connections
 * in all and of one client; how long one may go without completing a query |
 * | HEIMDALL_DRAIN_SECONDS | 5 | between SIGTERM (not ready from then on) and the end of listening |
 * | HEIMDALL_LOG_LEVEL | info | error, warn, info, debug; JSON lines on standard output |
 * | HEIMDALL_REDIS_ENABLED | true if an address is found | false: local cache only |
 * | HEIMDALL_REDIS_URL, else REDIS_URL, else HEIMDALL_REDIS_SERVICE_HOST and HEIMDALL_REDIS_SERVICE_PORT, else in
 * Kubernetes redis://heimdall-redis:6379 | | where is **written** and listened for invalidations: the primary, wherever
 * it is; `rediss://` for TLS |
 * | HEIMDALL_REDIS_READ_URL | the same | where is **read**: this region's copy (`dragonfly-ro`); same user, password
 * and CA |
 * | HEIMDALL_REDIS_USER | the URL's | ACL user; what it needs is in l2/acl.ts |
 * | HEIMDALL_REDIS_PASSWORD_FILE | | a mounted Secret's file, read again for each connection, so that a rotated
 * password is found |
 * | HEIMDALL_REDIS_PASSWORD | the URL's | when there is no file |
 * | HEIMDALL_REDIS_CA_FILE | Node's own CAs | PEM, for `rediss://` |
 * | HEIMDALL_REDIS_KEY_PREFIX | heimdall:dns:cache | keys `<prefix>:<name>:<type>:<class>`, `<prefix>:popular`; channel
 * `<prefix>:invalidate` |
 * | HEIMDALL_REDIS_TIMEOUT_MS | 100 | how long an answer waits for the shared cache at most |
 * | HEIMDALL_REDIS_COMPRESS_ABOVE | 1024 | bytes of message above which it is deflated; 0: never |
 * | HEIMDALL_REDIS_WARM_NAMES | 10000 | popular answers fetched at the start; 0: none |
 */
import { RESOLVER_PREFIX } from "../../contract/resolverUser";
import { bytes, milliseconds, type Bytes, type Milliseconds } from "../../server/types";
import type { TtlPolicy } from "../cache/ttl";
import type { RedisEndpoint } from "../l2/endpoint";
import type { Level } from "../log";
import { parseAddress, type UpstreamAddress } from "../upstream/address";
import type { CaseOfNames } from "../upstream/request";
import { workersHere } from "./cpus";
import { discoverRedis, readUrl, type DiscoveredBy } from "./discover";
import { Environment, type VariableProblem } from "./environment";

/** The shared cache, as it is reached. */
export interface RedisConfig {
  readonly by: DiscoveredBy;
  /** The primary, wherever it is. */
  readonly write: RedisEndpoint;
  /** This region's copy. */
  readonly read: RedisEndpoint;
  readonly prefix: string;
  /** Read at each connection; the file goes before the password. */
  readonly passwordFile: string | undefined;
  readonly password: string | undefined;
  readonly caFile: string | undefined;
  /** How long a command may take before the answer goes on without it. */
  readonly timeout: Milliseconds;
  /** Messages above it are compressed; Infinity: none. */
  readonly compressAbove: Bytes;
  /** Popular names fetched at the start; 0: none. */
  readonly warmNames: number;
}

export interface Config {
  readonly listen: UpstreamAddress;
  readonly http: UpstreamAddress;
  readonly upstreams: readonly UpstreamAddress[];
  /** For one question, however many upstreams are tried. */
  readonly upstreamBudget: Milliseconds;
  readonly caseOfNames: CaseOfNames;
  /** Processes that answer queries. 1: one process does all. */
  readonly workers: number;
  /** The local cache, of all processes together. */
  readonly cacheBytes: Bytes;
  readonly ttl: TtlPolicy;
  /** How long after its expiry an answer may be served when there is nothing better; 0: never. */
  readonly keepStale: Milliseconds;
  readonly staleAfter: Milliseconds;
  readonly prefetch: "popular" | "never";
  readonly mostInFlight: number;
  readonly mostUdpBytes: Bytes;
  /** Queries a second from one address (IPv6: one /64); 0: no limit. */
  readonly clientRate: number;
  readonly clientBurst: number;
  readonly tcpConnections: number;
  readonly tcpConnectionsPerClient: number;
  readonly tcpIdle: Milliseconds;
  /** Between SIGTERM and the end of listening, for load balancers to notice. */
  readonly drain: Milliseconds;
  readonly logLevel: Level;
  readonly redis: RedisConfig | undefined;
}

const lineOf = ({ variable, problem, remedy }: VariableProblem): string => `${variable}: ${problem}; ${remedy}`;

/** Every mistake in the configuration, one a line. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly problems: readonly VariableProblem[]) {
    super(problems.map(lineOf).join("\n"));
  }
}

const DAY_SECONDS = 86_400;
const WEEK_SECONDS = 7 * DAY_SECONDS;
const LARGE = 1_000_000_000;

function readListener(environment: Environment, name: string, fallback: string): UpstreamAddress {
  const text = environment.text(name) ?? fallback;
  const address = parseAddress(text, { leastPort: 0 });
  if (address !== undefined) return address;
  environment.refuse(name, `"${text}" is no address and port`, `use one such as ${fallback}`);
  return { host: "127.0.0.1", port: 1, family: 4 };
}

function readUpstreams(environment: Environment): readonly UpstreamAddress[] {
  const text = environment.text("HEIMDALL_UPSTREAM_SERVERS");
  if (text === undefined) {
    environment.refuse(
      "HEIMDALL_UPSTREAM_SERVERS",
      "is not set",
      "name the DNS servers to ask, such as 10.0.0.2,10.0.0.3:5353",
    );
    return [];
  }
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== "")
    .flatMap((part) => {
      const address = parseAddress(part);
      if (address === undefined)
        environment.refuse(
          "HEIMDALL_UPSTREAM_SERVERS",
          `"${part}" is no IP address`,
          "use addresses with a port if need be, [v6]:port for IPv6",
        );
      return address ?? [];
    });
}

function readRedis(environment: Environment): RedisConfig | undefined {
  const found = discoverRedis(environment);
  const readText = environment.text("HEIMDALL_REDIS_READ_URL");
  const reading = readText === undefined ? undefined : readUrl(environment, "HEIMDALL_REDIS_READ_URL", readText);
  const prefix = environment.text("HEIMDALL_REDIS_KEY_PREFIX") ?? RESOLVER_PREFIX;
  if (/[\s*?[\]\\]/.test(prefix))
    environment.refuse(
      "HEIMDALL_REDIS_KEY_PREFIX",
      "holds a space or a character of patterns",
      "use letters, digits and colons",
    );
  const timeout = environment.integer("HEIMDALL_REDIS_TIMEOUT_MS", 100, { least: 5, most: 5_000 });
  const compressAbove = environment.size("HEIMDALL_REDIS_COMPRESS_ABOVE", 1_024, { least: 0, most: 65_535 });
  const warmNames = environment.integer("HEIMDALL_REDIS_WARM_NAMES", 10_000, { least: 0, most: 1_000_000 });
  if (found === undefined) return undefined;
  const username = environment.text("HEIMDALL_REDIS_USER");
  const withUser = (endpoint: RedisEndpoint): RedisEndpoint => ({
    ...endpoint,
    username: username ?? endpoint.username,
  });
  return {
    by: found.by,
    write: withUser(found.endpoint),
    read: withUser({
      ...(reading?.endpoint ?? found.endpoint),
      username: reading?.endpoint.username ?? found.endpoint.username,
    }),
    prefix,
    passwordFile: environment.text("HEIMDALL_REDIS_PASSWORD_FILE"),
    password: environment.text("HEIMDALL_REDIS_PASSWORD") ?? found.password,
    caFile: environment.text("HEIMDALL_REDIS_CA_FILE"),
    timeout: milliseconds(timeout),
    compressAbove: bytes(compressAbove === 0 ? Infinity : compressAbove),
    warmNames,
  };
}

/**
 * Reads the whole configuration.
 * @throws ConfigError with every problem.
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const environment = new Environment(variables);
  const ttlRange = { least: 0, most: WEEK_SECONDS };
  const rate = environment.integer("HEIMDALL_QUERIES_PER_SECOND_PER_IP", 5_000, { least: 0, most: LARGE });
  const config: Config = {
    listen: readListener(environment, "HEIMDALL_BIND_ADDR", "0.0.0.0:1053"),
    http: readListener(environment, "HEIMDALL_HTTP_BIND_ADDR", "0.0.0.0:9153"),
    upstreams: readUpstreams(environment),
    upstreamBudget: milliseconds(environment.integer("HEIMDALL_UPSTREAM_TIMEOUT", 4, { least: 1, most: 60 }) * 1000),
    caseOfNames: (environment.boolean("HEIMDALL_RANDOMISE_CASE") ?? true) ? "random" : "lower",
    workers:
      environment.text("HEIMDALL_WORKERS") === "auto"
        ? workersHere()
        : environment.integer("HEIMDALL_WORKERS", workersHere(), { least: 1, most: 256 }),
    cacheBytes: bytes(environment.size("HEIMDALL_CACHE_BYTES", 64 * 2 ** 20, { least: 2 ** 20, most: 64 * 2 ** 30 })),
    ttl: {
      least: environment.integer("HEIMDALL_MIN_TTL", 0, ttlRange),
      most: environment.integer("HEIMDALL_MAX_TTL", DAY_SECONDS, ttlRange),
      mostNegative: environment.integer("HEIMDALL_MAX_NEGATIVE_TTL", 3_600, ttlRange),
    },
    keepStale: milliseconds(environment.integer("HEIMDALL_STALE_SECONDS", DAY_SECONDS, ttlRange) * 1000),
    staleAfter: milliseconds(environment.integer("HEIMDALL_STALE_AFTER_MS", 1_800, { least: 0, most: 60_000 })),
    prefetch: (environment.boolean("HEIMDALL_PREFETCH") ?? true) ? "popular" : "never",
    mostInFlight: environment.integer("HEIMDALL_MAX_CONCURRENT_QUERIES", 2_000, { least: 1, most: LARGE }),
    mostUdpBytes: bytes(environment.integer("HEIMDALL_MAX_UDP_BYTES", 1_232, { least: 512, most: 4_096 })),
    clientRate: rate,
    clientBurst: environment.integer("HEIMDALL_BURST_SIZE_PER_IP", rate * 2, { least: 0, most: LARGE }),
    tcpConnections: environment.integer("HEIMDALL_TCP_CONNECTIONS", 1_000, { least: 1, most: 65_535 }),
    tcpConnectionsPerClient: environment.integer("HEIMDALL_TCP_CONNECTIONS_PER_IP", 50, { least: 1, most: 65_535 }),
    tcpIdle: milliseconds(environment.integer("HEIMDALL_TCP_IDLE_SECONDS", 10, { least: 1, most: 3_600 }) * 1000),
    drain: milliseconds(environment.integer("HEIMDALL_DRAIN_SECONDS", 5, { least: 0, most: 600 }) * 1000),
    logLevel: environment.oneOf("HEIMDALL_LOG_LEVEL", "info", ["error", "warn", "info", "debug"]),
    redis: readRedis(environment),
  };
  if (config.ttl.least > config.ttl.most)
    environment.refuse("HEIMDALL_MIN_TTL", "is more than HEIMDALL_MAX_TTL", "lower it");
  if (config.clientBurst < config.clientRate)
    environment.refuse(
      "HEIMDALL_BURST_SIZE_PER_IP",
      "is less than one second's queries",
      "raise it to HEIMDALL_QUERIES_PER_SECOND_PER_IP at least",
    );
  if (environment.problems.length > 0) throw new ConfigError(environment.problems);
  return config;
}
