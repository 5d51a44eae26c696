import { ports } from "../../../server/ports";
import { title } from "../../model/resource";
import { declarationFor } from "../../model/declaration";
import type { Stack } from "../../model/stack";
import { podLabels, workload } from "../../model/workload";
import { isNarrow } from "../../network/address";
import { namespacePeer } from "../../network/allowedPeers";
import { cachePods, serverPod, type CachePods } from "../../network/exposedPorts";
import type { Protocol } from "../../network/endpoint";
import {
  dnsConnections,
  requiredConnections,
  storageConnections,
  toBlock,
  type RequiredConnection,
  type Source,
} from "../../network/requiredConnections";
import { isDrill } from "../../network/protectedNamespaces";
import { Gate } from "../../network/reach";
import { probesFor } from "../../network/probes";
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
        yield* judgeSource(
          stack,
          { resource: object.resource, pod: stack.network.pod(namespace, podLabels(pods)) },
          allowed,
        );
      }
    }),
};

/** Every pod of the cache's namespace, those that an operator or a chart makes too. @throws UnknownValue */
export function podsBeside(stack: Stack, { namespace, servers }: CachePods): Source[] {
  const own = stack.objects.flatMap((object) => {
    const pods = object.namespace === namespace ? workload(object) : undefined;
    return pods === undefined
      ? []
      : [{ resource: object.resource, pod: stack.network.pod(namespace, podLabels(pods)) }];
  });
  const carried = servers
    .filter(({ carrier }) => carrier !== "workload")
    .map((server) => ({ resource: server.resource, pod: serverPod(stack, namespace, server) }));
  return [...own, ...carried];
}

/** Somewhere a pod may speak to on ports that are named, or on any. */
export type Destination = Omit<RequiredConnection, "ports"> & { readonly ports: readonly number[] | "any" };

const toNamespace = (name: string): Destination => ({
  to: namespacePeer(name),
  ports: "any",
  protocols: ["TCP", "UDP", "SCTP"],
  cidrs: [],
  namespaces: [name],
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

/** Where the stack declares nothing, each block that is named and narrow is taken for the API server's or a peer's. */
function named(stack: Stack, { pod }: Source): Destination[] {
  const blocks = new Gate(stack.network.policies, pod, "egress").policies.flatMap((policy) =>
    policy.egress.allow.flatMap((rule) =>
      rule.peers.flatMap((peer) => (peer.kind === "block" ? [peer.block.cidr] : [])),
    ),
  );
  return blocks.filter(isNarrow).map((cidr) => toBlock(cidr, [...HTTPS_PORTS, ports.link]));
}

export function* judgeSource(
  stack: Stack,
  { resource, pod }: Source,
  allowed: readonly Destination[],
): Iterable<Finding> {
  const { network } = stack;
  const gate = new Gate(network.policies, pod, "egress");
  const tried = probesFor(network, gate, {
    cidrs: allowed.flatMap((each) => each.cidrs),
    namespaces: allowed.flatMap((each) => each.namespaces),
  });
  const wrong: string[] = [];
  for (const [port, protocol] of triedPorts(gate)) {
    for (const { endpoint, title: name } of tried) {
      if (!gate.admits(endpoint, port, protocol)) continue;
      const covered = allowed.some(
        (each) =>
          each.to.covers(endpoint) &&
          (each.ports === "any" || each.ports.includes(port)) &&
          each.protocols.includes(protocol),
      );
      if (!covered) wrong.push(port === 1 ? `${name} on any port` : `${name} on port ${port}`);
    }
  }
  const [first] = wrong;
  if (first === undefined) return;
  const subject = { resource, part: "egress" };
  const unread = network.unread.map((each) => title(each.resource));
  if (unread.length > 0)
    yield notJudged(subject, `where the pods may speak to is not known: ${unread.join(", ")} cannot be read yet`);
  else
    yield violation(
      subject,
      `the pods may speak to ${first}${wrong.length > 1 ? ` and more (${wrong.length} kinds in all)` : ""}`,
      { config: ["network"] },
    );
}

/** Every port that a rule names, at both ends of a range, and one that none does. */
function triedPorts(gate: Gate): [number, Protocol][] {
  const written = gate.policies.flatMap((policy) =>
    policy.egress.allow.flatMap((rule) =>
      (rule.ports ?? []).flatMap((each) =>
        [each.port, each.endPort]
          .filter((port) => typeof port === "number")
          .map((port): [number, Protocol] => [port, each.protocol ?? "TCP"]),
      ),
    ),
  );
  return [[1, "TCP"], [443, "TCP"], [DNS, "UDP"], ...written];
}
