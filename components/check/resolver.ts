import { isIP } from "node:net";
import { literalPrefix } from "../../server/acl/rules";
import { parseBytes } from "../../server/quantity";
import { ConfigError, readConfig } from "../../resolver/config/config";
import { invalidationChannel } from "../../resolver/l2/key";
import { parseAddress } from "../../resolver/upstream/address";
import type { Problem } from "../problems";
import { cacheUse } from "../resolver/cacheUse";
import { ownEnvironment } from "../resolver/environment";
import { RESOLVER_PREFIX, RESOLVER_USER } from "../resolver/names";
import type { ResolverSettings } from "../settings/resolver";
import type { SiteSettings } from "../settings/site";
import { checkBytes, checkCidrs, checkCores, checkDnsLabel, checkMemoryPair, checkRange } from "./values";

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

/** Everything that is wrong with the resolver; nothing while it is off. */
export function checkResolver(settings: SiteSettings): readonly Problem[] {
  const { resolver } = settings;
  if (!resolver.enabled) return [];
  const basic = [
    ...checkNamespace(settings),
    ...checkSizes(resolver),
    ...checkUpstreams(resolver.upstreams),
    ...resolver.clients.flatMap((namespace, at) => checkDnsLabel(`resolver.clients[${at}]`, namespace)),
    ...checkCidrs("resolver.clientCidrs", resolver.clientCidrs),
    ...checkCallers(resolver),
    ...(resolver.clusterIP === "" || isIP(resolver.clusterIP) !== 0
      ? []
      : [
          {
            key: "resolver.clusterIP",
            problem: `"${resolver.clusterIP}" is no IP address`,
            remedy: "use a free one of the cluster's Services, or none",
          },
        ]),
    ...checkUser(settings),
  ];
  return [...basic, ...checkEnvironment(settings, basic.length === 0)];
}

function checkNamespace({ resolver, namespace, network }: SiteSettings): readonly Problem[] {
  const taken = [namespace, network.dns.namespace, network.monitoring, ...resolver.clients].includes(
    resolver.namespace,
  );
  if (!taken) return checkDnsLabel("resolver.namespace", resolver.namespace);
  return [
    {
      key: "resolver.namespace",
      problem: `"${resolver.namespace}" is another's: all its pods would be shut off`,
      remedy: "name one for the resolver alone; the stack makes it",
    },
  ];
}

function checkSizes(resolver: ResolverSettings): readonly Problem[] {
  const problems = [
    ...checkRange("resolver.replicas", resolver.replicas, 1, 100),
    ...checkRange("resolver.maxReplicas", resolver.maxReplicas, 1, 100),
    ...checkRange("resolver.targetCpuPercent", resolver.targetCpuPercent, 10, 95),
    ...checkRange("resolver.workers", resolver.workers, 1, 64),
    ...checkBytes("resolver.cacheSize", resolver.cacheSize),
    ...checkCores("resolver.cpuRequest", resolver.cpuRequest),
    ...checkMemoryPair("resolver", resolver.memoryRequest, resolver.memoryLimit),
  ];
  if (problems.length > 0) return problems;
  return [
    ...(resolver.maxReplicas < resolver.replicas
      ? [
          {
            key: "resolver.maxReplicas",
            problem: `${resolver.maxReplicas} is less than replicas (${resolver.replicas})`,
            remedy: "at least as many; exactly as many for no autoscaling",
          },
        ]
      : []),
    ...checkMemory(resolver),
  ];
}

function checkMemory({ implementation, workers, cacheSize, memoryLimit }: ResolverSettings): readonly Problem[] {
  if (implementation !== "builtin") return [];
  const processes = workers === 1 ? 1 : workers + 1;
  const least = 2 * parseBytes(cacheSize) + processes * PROCESS_BYTES;
  return parseBytes(memoryLimit) >= least
    ? []
    : [
        {
          key: "resolver.memoryLimit",
          problem: `${memoryLimit} does not hold ${processes} processes and ${cacheSize} of answers`,
          remedy: `at least ${Math.ceil(least / 2 ** 20)}Mi: 64Mi a process, and twice cacheSize`,
        },
      ];
}

const checkUpstreams = (upstreams: readonly string[]): readonly Problem[] => [
  ...(upstreams.length === 0
    ? [
        {
          key: "resolver.upstreams",
          problem: "is missing",
          remedy: "name the DNS servers to ask, such as 10.0.0.2 or 10.0.0.3:5353",
        },
      ]
    : []),
  ...upstreams.flatMap((text, at) =>
    parseAddress(text) === undefined
      ? [
          {
            key: `resolver.upstreams[${at}]`,
            problem: `"${text}" is no IP address`,
            remedy: "use an address, with a port if need be ([v6]:port); a name would have to be asked for first",
          },
        ]
      : [],
  ),
];

/** Without either, nobody could ask; and a rule without callers would admit everybody. */
const checkCallers = ({ clients, clientCidrs }: ResolverSettings): readonly Problem[] =>
  clients.length + clientCidrs.length > 0
    ? []
    : [
        {
          key: "resolver.clients",
          problem: "nobody may ask",
          remedy: "name the namespaces of those who may, or addresses in clientCidrs",
        },
      ];

const covers = (patterns: readonly string[], text: string): boolean =>
  patterns.some((pattern) => pattern === text || (pattern.endsWith("*") && text.startsWith(literalPrefix(pattern))));

function checkUser({ resolver, users }: SiteSettings): readonly Problem[] {
  if (cacheUse(resolver) === "none") return [];
  const at = users.findIndex(({ name }) => name === RESOLVER_USER);
  const user = users[at];
  if (user === undefined)
    return [
      {
        key: "users",
        problem: `"${RESOLVER_USER}", as whom the resolver logs in, is none of them`,
        remedy: "add it as Pulumi.yaml's default has it",
      },
    ];
  const channel = invalidationChannel(RESOLVER_PREFIX);
  return [
    ...(covers(user.keys, `${RESOLVER_PREFIX}:`)
      ? []
      : [
          {
            key: `users[${at}].keys`,
            problem: `keep the resolver from ${RESOLVER_PREFIX}:*`,
            remedy: `write ["${RESOLVER_PREFIX}:*"]`,
          },
        ]),
    ...(resolver.implementation === "routedns" || covers(user.channels, channel)
      ? []
      : [
          {
            key: `users[${at}].channels`,
            problem: `keep the resolver from ${channel}, on which replicas tell each other what to forget`,
            remedy: `write ["${channel}"]`,
          },
        ]),
  ];
}

function checkEnvironment(settings: SiteSettings, restIsGood: boolean): readonly Problem[] {
  const { implementation, environment } = settings.resolver;
  const own = ownEnvironment(settings);
  const refused = Object.keys(environment).flatMap((name): readonly Problem[] => {
    const key = `resolver.environment.${name}`;
    if (implementation === "routedns") return [{ key, problem: "RouteDNS reads no variables", remedy: "remove it" }];
    if (name in own || NEVER_GIVEN.includes(name))
      return [
        { key, problem: "is set by the program", remedy: "remove it, or use the key of resolver that stands for it" },
      ];
    return /^HEIMDALL_[A-Z0-9_]+$/.test(name)
      ? []
      : [{ key, problem: "is no variable of the resolver", remedy: "they begin with HEIMDALL_ (docs/resolver.md)" }];
  });
  if (refused.length > 0 || implementation !== "builtin" || !restIsGood) return refused;
  return readable({ ...own, ...environment });
}

/** Asks the resolver itself: what it would refuse at its start is refused here. */
function readable(environment: Readonly<Record<string, string>>): readonly Problem[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((line) => {
      const [, name = "", problem = line, remedy = "correct it"] = /^(\w+):? (.*?)(?:; (.*))?$/.exec(line) ?? [];
      return { key: `resolver.environment.${name}`, problem, remedy };
    });
  }
}
