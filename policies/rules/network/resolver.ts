import { ports } from "../../../server/ports";
import type { Declaration, DeclaredResolver } from "../../model/declaration";
import type { KubeObject } from "../../model/kube";
import type { Stack } from "../../model/stack";
import { workload, type Workload } from "../../model/workload";
import { blockPeer, namespacePeer, type AllowedPeer } from "../../network/allowedPeers";
import { cachePods, UNUSED_PORT, type CachePods, type ExposedPort } from "../../network/exposedPorts";
import type { PodEndpoint, Protocol } from "../../network/endpoint";
import { dnsConnections, toBlock, toPods, type RequiredConnection } from "../../network/requiredConnections";
import { judgePort } from "../../network/judgePort";
import { isResolver } from "../../network/protectedNamespaces";
import { allowed } from "../../network/rules";
import type { Finding, Rule } from "../../rule";
import { eachCacheStack } from "../each";
import { judgeSource } from "./egress";
import { judgeConnection } from "./neededPaths";

const BOTH: readonly Protocol[] = ["UDP", "TCP"];

/** What packets from strangers reach must not be a way to anywhere, and whoever may ask must be let in. */
export const resolver: Rule = {
  name: "network-resolver",
  family: "network",
  level: "mandatory",
  severity: "high",
  description:
    "The resolver is asked by its declared clients and watched by monitoring, and speaks to the cache's " +
    "gateway, the cluster's DNS and its upstreams: all of them, and nobody else.",
  reads:
    "all policies on both sides, computed for the resolver's pods; the declared clients, upstreams, DNS and monitoring",
  remedy:
    "Bring the NetworkPolicies of the resolver's namespace and resolver.clients, clientCidrs and upstreams together.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  configSchema: {},
  judge: (deployment) =>
    eachCacheStack(deployment, function* (stack) {
      for (const cache of cachePods(stack)) {
        const { declaration } = cache;
        if (declaration?.resolver === undefined) continue;
        for (const pods of resolverPods(stack, declaration.resolver.namespace))
          yield* judge(stack, cache, declaration, declaration.resolver, pods);
      }
    }),
};

const resolverPods = (stack: Stack, namespace: string): Workload[] =>
  stack.objects
    .filter((object: KubeObject) => object.namespace === namespace && isResolver(object))
    .flatMap((object) => workload(object) ?? []);

function* judge(
  stack: Stack,
  cache: CachePods,
  declaration: Declaration,
  declared: DeclaredResolver,
  pods: Workload,
): Iterable<Finding> {
  const source = { resource: pods.object.resource, pod: stack.network.podOf(pods, declared.namespace) };
  yield* judgeAsking(stack, declaration, declared, source.resource, source.pod);
  const required = requiredConnections(stack, cache, declaration, declared);
  yield* judgeSource(stack, source, required);
  for (const connection of required) yield* judgeConnection(stack, source, connection);
}

/** Every port that a policy opens, and one that none does, against who is meant to come there. */
function* judgeAsking(
  stack: Stack,
  declaration: Declaration,
  declared: DeclaredResolver,
  resource: ExposedPort["resource"],
  pod: PodEndpoint,
): Iterable<Finding> {
  const asking = {
    allowedPeers: [...declared.clients.map(namespacePeer), ...declared.clientCidrs.map(blockPeer)],
    cidrs: declared.clientCidrs,
    namespaces: declared.clients,
  };
  const watching = declaration.monitoring === "" || declared.metrics === "none" ? [] : [declaration.monitoring];
  const exposedPorts = new Map<string, ExposedPort>();
  const add = (port: number, protocol: Protocol): void =>
    void exposedPorts.set(`${port} ${protocol}`, { resource, pod, port, protocol, purpose: purposeOf(port, protocol) });
  for (const protocol of BOTH) add(ports.dns, protocol);
  add(ports.resolverHttp, "TCP");
  add(UNUSED_PORT, "TCP");
  for (const policy of stack.network.gate(pod, "ingress").policies) {
    for (const { port, endPort, protocol } of allowed(policy.ingress).flatMap((rule) => rule.ports ?? [])) {
      for (const each of [port, endPort])
        if (typeof each === "number") for (const which of protocol === undefined ? BOTH : [protocol]) add(each, which);
    }
  }
  for (const exposed of exposedPorts.values()) {
    if (exposed.purpose === "clients")
      yield* judgePort(stack, exposed, { ...asking, extent: "exactly", config: ["resolver", "clients"] });
    else if (exposed.purpose === "metrics")
      yield* judgePort(stack, exposed, {
        allowedPeers: watching.map(namespacePeer),
        extent: "exactly",
        config: ["network", "monitoring"],
      });
    else
      yield* judgePort(stack, exposed, {
        allowedPeers: [],
        extent: "at most",
        config: ["resolver"],
      });
  }
}

function purposeOf(port: number, protocol: Protocol): ExposedPort["purpose"] {
  if (port === ports.dns && BOTH.includes(protocol)) return "clients";
  return port === ports.resolverHttp && protocol === "TCP" ? "metrics" : "closed";
}

function requiredConnections(
  stack: Stack,
  cache: CachePods,
  declaration: Declaration,
  declared: DeclaredResolver,
): RequiredConnection[] {
  const upstreams = declared.upstreams.flatMap(({ cidr, port }) =>
    BOTH.map((protocol): RequiredConnection => ({
      ...toBlock(cidr, [port], `upstream over ${protocol}`),
      protocols: [protocol],
    })),
  );
  if (declared.cachePorts.length === 0) return upstreams;
  const gateways = cache.gateways.map((gateway) =>
    toPods("the gateway's pods", stack, cache.namespace, gateway, declared.cachePorts),
  );
  return [...gateways, ...eitherWay(dnsConnections(declaration)), ...upstreams];
}

/** UDP and TCP apart: each has to be open. */
const eitherWay = (required: readonly RequiredConnection[]): RequiredConnection[] =>
  required.flatMap((connection) =>
    connection.protocols.map((protocol) => ({
      ...connection,
      protocols: [protocol],
      to: overProtocol(connection.to, protocol),
    })),
  );
const overProtocol = (to: AllowedPeer, protocol: Protocol): AllowedPeer => ({
  ...to,
  title: `${to.title} over ${protocol}`,
});
