import { ports } from "../../../server/ports";
import { declarationFor } from "../../model/declaration";
import type { Stack } from "../../model/stack";
import { workload } from "../../model/workload";
import { isNarrow } from "../../network/address";
import { entityPeer, namedHosts, namespacePeer, type AllowedPeer } from "../../network/allowedPeers";
import { cachePods, serverPods, UNUSED_PORT, type CachePods } from "../../network/exposedPorts";
import type { Port, Protocol } from "../../network/endpoint";
import {
  dnsConnections,
  requiredConnections,
  storageConnections,
  toBlock,
  type RequiredConnection,
  type Source,
} from "../../network/requiredConnections";
import { isDrill } from "../../network/protectedNamespaces";
import { undeclaredPeers } from "../../network/probes";
import type { Gate } from "../../network/reach";
import { texts, type Settings } from "../../settings";
import { notJudged, violation, type Finding, type Rule } from "../../rule";
import { eachCacheStack } from "../each";

const DNS = 53;
const HTTPS_PORTS = [443, 6443];
const STORAGE_PORTS = [443, 9000];

export const egress: Rule = {
  name: "network-egress",
  family: "network",
  level: "mandatory",
  severity: "high",
  description:
    "The cache's pods speak to DNS, the API server, the peers, object storage and each other, and to nothing else.",
  reads: "all policies, computed for everything that pods beside a cache, and drills, could speak to",
  remedy: "Name destination and port in every egress rule: the DNS pods on 53, the API server's and the peers' CIDRs.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  configSchema: {
    dnsNamespaces: {
      type: "array",
      description: "Namespaces of the DNS pods where the stack declares none.",
      items: { type: "string" },
      default: ["kube-system"],
    },
    storageCidrs: {
      type: "array",
      description: "Addresses of object storage, on port 443 or 9000.",
      items: { type: "string" },
      default: [],
    },
    storageNamespaces: {
      type: "array",
      description: "Namespaces of object storage inside the cluster.",
      items: { type: "string" },
      default: [],
    },
  },
  judge: (deployment, settings) =>
    eachCacheStack(deployment, function* (stack) {
      const caches = cachePods(stack);
      for (const pods of caches) {
        for (const source of podsBeside(stack, pods))
          yield* judgeSource(stack, source, destinations(stack, source, pods, settings));
      }
      // A drill fetches a snapshot and speaks to nobody else.
      const declaration =
        caches.map((pods) => pods.declaration).find((each) => each !== undefined) ??
        declarationFor(stack.resources, undefined);
      for (const object of stack.objects.filter(isDrill)) {
        const { namespace } = object;
        const pods =
          namespace === undefined || caches.some((each) => each.namespace === namespace) ? undefined : workload(object);
        if (pods === undefined || namespace === undefined) continue;
        const allowed = [
          ...dnsConnections(declaration, texts(settings, "dnsNamespaces")),
          ...(declaration === undefined ? [] : storageConnections(declaration)),
          ...configuredStorage(settings),
        ];
        yield* judgeSource(stack, { resource: object.resource, pod: stack.network.podOf(pods, namespace) }, allowed);
      }
    }),
};

/** Every pod of the cache's namespace, those that an operator or a chart makes too. @throws UnknownValue */
export function podsBeside(stack: Stack, { namespace, servers }: CachePods): Source[] {
  const own = stack.objects.flatMap((object) => {
    const pods = object.namespace === namespace ? workload(object) : undefined;
    return pods === undefined ? [] : [{ resource: object.resource, pod: stack.network.podOf(pods, namespace) }];
  });
  const carried = servers
    .filter(({ carrier }) => carrier !== "workload")
    .flatMap((server) => serverPods(stack, namespace, server).map((pod) => ({ resource: server.resource, pod })));
  return [...own, ...carried];
}

/** Somewhere a pod may speak to on ports that are named, or on any. */
export type Destination = Omit<RequiredConnection, "ports"> & { readonly ports: readonly number[] | "any" };

const toNamespace = (name: string): Destination => ({
  to: namespacePeer(name),
  ports: "any",
  protocols: ["TCP", "UDP", "SCTP"],
});

const configuredStorage = (settings: Settings): Destination[] => [
  ...texts(settings, "storageCidrs").map((cidr) => toBlock(cidr, STORAGE_PORTS)),
  ...texts(settings, "storageNamespaces").map(toNamespace),
];

function destinations(stack: Stack, source: Source, pods: CachePods, settings: Settings): Destination[] {
  const { namespace, declaration } = pods;
  const storage = configuredStorage(settings);
  const required =
    declaration === undefined ? undefined : requiredConnections(stack, pods, declaration).get(source.resource);
  if (required !== undefined) return [...required, ...storage];
  // Pods of which nothing is known but where they are.
  const others = [toNamespace(namespace), ...dnsConnections(declaration, texts(settings, "dnsNamespaces")), ...storage];
  return declaration === undefined ? [...others, ...named(stack, source)] : others;
}

/** Where the stack declares nothing, what is named and narrow is taken for the API server's, a peer's or storage's. */
function named(stack: Stack, { pod }: Source): Destination[] {
  const blocks = stack.network
    .gate(pod, "egress")
    .allowRules.flatMap((rule) => rule.peers.flatMap((peer) => (peer.kind === "block" ? [peer.block.cidr] : [])));
  const encrypted = [...HTTPS_PORTS, ports.link];
  return [
    ...blocks.filter(isNarrow).map((cidr) => toBlock(cidr, encrypted)),
    { to: entityPeer("kube-apiserver"), ports: HTTPS_PORTS, protocols: ["TCP"] },
    { to: namedHosts, ports: [...encrypted, ...STORAGE_PORTS], protocols: ["TCP"] },
  ];
}

export function* judgeSource(
  stack: Stack,
  { resource, pod }: Source,
  allowed: readonly Destination[],
): Iterable<Finding> {
  const { network } = stack;
  const gate = network.gate(pod, "egress");
  // Where no policy stands for the pod at all, network-default-deny says so once.
  if (gate.isUntouched) return;
  const wrong: string[] = [];
  const doubts = new Set<string>();
  for (const [port, protocol] of triedPorts(gate, allowed)) {
    const peers = allowedAt(allowed, port, protocol);
    const { found, doubts: open } = undeclaredPeers(network, gate, port, protocol, peers);
    for (const { title } of found)
      wrong.push(port === UNUSED_PORT ? `${title} on any port` : `${title} on port ${port}`);
    for (const doubt of open) doubts.add(doubt);
  }
  const subject = { resource, part: "egress" };
  const [first] = wrong;
  if (first !== undefined)
    yield violation(
      subject,
      `the pods may speak to ${first}${wrong.length > 1 ? ` and more (${wrong.length} kinds in all)` : ""}`,
      { config: ["network"] },
    );
  else if (doubts.size > 0)
    yield notJudged(subject, `where the pods may speak to is not known: ${[...doubts].join("; ")}`);
}

/** What pods of most programs call their ports. */
const NAMED_PORTS: ReadonlyMap<Port, number> = new Map<Port, number>([
  ["dns", DNS],
  ["dns-tcp", DNS],
  ["dns-udp", DNS],
  ["https", 443],
  ["http", 80],
]);

const allowedAt = (allowed: readonly Destination[], port: Port, protocol: Protocol): AllowedPeer[] => {
  const number = NAMED_PORTS.get(port) ?? port;
  return allowed
    .filter((each) => each.protocols.includes(protocol))
    .filter((each) => each.ports === "any" || each.ports.some((one) => one === number))
    .map((each) => each.to);
};

/** Every port that a rule names, one of each range that is not allowed, and one that no rule names. */
function triedPorts(gate: Gate, allowed: readonly Destination[]): [Port, Protocol][] {
  const numbers = new Set(allowed.flatMap((each) => (each.ports === "any" ? [] : each.ports)));
  const found = new Map<string, [Port, Protocol]>();
  const add = (port: Port, protocol: Protocol): void => void found.set(`${port} ${protocol}`, [port, protocol]);
  add(UNUSED_PORT, "TCP");
  add(443, "TCP");
  add(DNS, "UDP");
  for (const range of gate.allowRules.flatMap((rule) => rule.ports ?? [])) {
    const { port = UNUSED_PORT, endPort, protocol = "TCP" } = range;
    add(port, protocol);
    if (typeof port !== "number" || endPort === undefined) continue;
    let other = port;
    while (other < endPort && numbers.has(other)) other += 1;
    add(other, protocol);
  }
  return [...found.values()];
}
