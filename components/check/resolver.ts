import { invalidationChannel, RESOLVER_PREFIX, RESOLVER_USER } from "../../contract/resolverUser";
import { ConfigError, readConfig } from "../../resolver/config/config";
import { literalPrefix } from "../../server/acl/rules";
import { formatBytes } from "../../server/quantity";
import { problemIf, type Problem } from "../problems";
import { cacheUse } from "../resolver/cacheUse";
import { ownEnvironment } from "../resolver/environment";
import type { ResolverSettings } from "../settings/resolver";
import type { SiteSettings } from "../settings/site";
import { checkMemory } from "./memory";
import { placedUsers } from "./users";

/** Node itself, and what a process holds beside the cache. */
const PROCESS_BYTES = 64 * 2 ** 20;
/** Of the program, or of a secret: not even where it does not set them itself. */
const NEVER_GIVEN = [
  "HEIMDALL_REDIS_ENABLED",
  "HEIMDALL_REDIS_PASSWORD",
  "HEIMDALL_REDIS_KEY_PREFIX",
  "HEIMDALL_REDIS_SERVICE_HOST",
  "HEIMDALL_REDIS_SERVICE_PORT",
];

/** Variables of the program that stand for a key. */
const OWN_KEYS: Readonly<Record<string, string>> = {
  HEIMDALL_CACHE_BYTES: "resolver.cacheSize",
  HEIMDALL_WORKERS: "resolver.workers",
};
const CHECKED_ABOVE = ["HEIMDALL_UPSTREAM_SERVERS"];

/** Everything that is wrong with the resolver; nothing while it is off. */
export const checkResolver = (settings: SiteSettings): readonly Problem[] =>
  settings.resolver.enabled
    ? [
        ...checkNamespace(settings),
        ...checkScaling(settings.resolver),
        ...checkMemory("resolver", settings.resolver),
        ...checkRoom(settings.resolver),
        ...checkCallers(settings.resolver),
        ...checkUser(settings),
        ...checkEnvironment(settings),
      ]
    : [];

function checkNamespace({ resolver, namespace, network }: SiteSettings): readonly Problem[] {
  const others = [namespace, network.dns.namespace, network.monitoring, ...resolver.clients];
  return problemIf(others.includes(resolver.namespace), {
    key: "resolver.namespace",
    besides: ["namespace", "network.dns.namespace", "network.monitoring", "resolver.clients"],
    problem: `"${resolver.namespace}" is another's: all its pods would be shut off`,
    remedy: "name one for the resolver alone; the stack makes it",
  });
}

const checkScaling = ({ maxReplicas, replicas }: ResolverSettings): readonly Problem[] =>
  problemIf(maxReplicas < replicas, {
    key: "resolver.maxReplicas",
    besides: ["resolver.replicas"],
    problem: `${maxReplicas} is less than replicas (${replicas})`,
    remedy: "at least as many; exactly as many for no autoscaling",
  });

function checkRoom({ implementation, workers, cacheSize, memoryLimit }: ResolverSettings): readonly Problem[] {
  const processes = workers === 1 ? 1 : workers + 1;
  const least = 2 * cacheSize + processes * PROCESS_BYTES;
  return problemIf(implementation === "builtin" && memoryLimit < least, {
    key: "resolver.memoryLimit",
    besides: ["resolver.implementation", "resolver.workers", "resolver.cacheSize"],
    problem:
      `${formatBytes(memoryLimit)} does not hold ${processes} processes` + ` and ${formatBytes(cacheSize)} of answers`,
    remedy: `at least ${Math.ceil(least / 2 ** 20)}Mi: 64Mi a process, and twice cacheSize`,
  });
}

/** Without upstreams there is nothing to answer; without callers nobody could ask, or a rule would admit everybody. */
const checkCallers = ({ upstreams, clients, clientCidrs }: ResolverSettings): readonly Problem[] => [
  ...problemIf(upstreams.length === 0, {
    key: "resolver.upstreams",
    problem: "is missing",
    remedy: "name the DNS servers to ask, such as 10.0.0.2 or 10.0.0.3:5353",
  }),
  ...problemIf(clients.length + clientCidrs.length === 0, {
    key: "resolver.clients",
    besides: ["resolver.clientCidrs"],
    problem: "nobody may ask",
    remedy: "name the namespaces of those who may, or addresses in clientCidrs",
  }),
];

const covers = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => pattern === text || (pattern.endsWith("*") && text.startsWith(literalPrefix(pattern))));

function checkUser(settings: SiteSettings): readonly Problem[] {
  const { resolver } = settings;
  if (cacheUse(resolver) === "none") return [];
  const found = placedUsers(settings).find(({ user }) => user.name === RESOLVER_USER);
  if (found === undefined)
    return problemIf(true, {
      key: "users",
      besides: ["extraUsers", "resolver.implementation"],
      problem: `"${RESOLVER_USER}", as whom the resolver logs in, is none of them`,
      remedy: "add it as docs/configuration.md shows it among the defaults, or leave users out and use extraUsers",
    });
  const channel = invalidationChannel(RESOLVER_PREFIX);
  return [
    ...problemIf(!covers(found.user.keys, `${RESOLVER_PREFIX}:`), {
      key: `${found.path}.keys`,
      problem: `keep the resolver from ${RESOLVER_PREFIX}:*`,
      remedy: `write ["${RESOLVER_PREFIX}:*"]`,
    }),
    ...problemIf(resolver.implementation !== "routedns" && !covers(found.user.channels, channel), {
      key: `${found.path}.channels`,
      besides: ["resolver.implementation"],
      problem: `keep the resolver from ${channel}, on which replicas tell each other what to forget`,
      remedy: `write ["${channel}"]`,
    }),
  ];
}

function checkEnvironment(settings: SiteSettings): readonly Problem[] {
  const { implementation, environment } = settings.resolver;
  const own = ownEnvironment(settings);
  const refused = Object.keys(environment).flatMap((name) => {
    const key = `resolver.environment.${name}`;
    const besides = ["resolver.implementation"];
    if (implementation === "routedns")
      return problemIf(true, { key, besides, problem: "RouteDNS reads no variables", remedy: "remove it" });
    return [
      ...problemIf(name in own || NEVER_GIVEN.includes(name), {
        key,
        besides,
        problem: "is set by the program",
        remedy: "remove it, or use the key of resolver that stands for it",
      }),
      ...problemIf(!/^HEIMDALL_[A-Z0-9_]+$/.test(name), {
        key,
        problem: "is no variable of the resolver",
        remedy: "they begin with HEIMDALL_ (docs/resolver.md)",
      }),
    ];
  });
  return refused.length > 0 || implementation !== "builtin" ? refused : readable(own, environment);
}

/** Asks the resolver itself: what of the user's variables it would refuse at its start is refused here. */
function readable(own: Readonly<Record<string, string>>, given: Readonly<Record<string, string>>): readonly Problem[] {
  try {
    readConfig({ ...own, ...given });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.flatMap(({ variable, problem, remedy }) =>
      problemIf(!CHECKED_ABOVE.includes(variable), {
        key: OWN_KEYS[variable] ?? `resolver.environment.${variable}`,
        besides: ["resolver"],
        problem,
        remedy,
      }),
    );
  }
}
