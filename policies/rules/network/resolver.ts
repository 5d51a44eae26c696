import { ports } from "../../../server/ports";
import type { Declaration, DeclaredResolver } from "../../model/declaration";
import type { KubeObject } from "../../model/kube";
import type { Stack } from "../../model/stack";
import { podLabels, workload, type Workload } from "../../model/workload";
import { blockCaller, namespaceCaller, type Caller } from "../../network/callers";
import { cachePods, NO_PORT, type CachePods, type Door } from "../../network/doors";
import type { PodEndpoint, Protocol } from "../../network/endpoint";
import { dnsErrands, toBlock, toPods, type Errand } from "../../network/errands";
import { judgeDoor } from "../../network/judgeDoor";
import { isResolver } from "../../network/places";
import { Gate } from "../../network/reach";
import type { Finding, Rule } from "../../rule";
import { eachCacheStack } from "../each";
import { judgeSource } from "./egress";
import { judgeErrand } from "./neededPaths";

const BOTH: readonly Protocol[] = ["UDP", "TCP"];

/** What strangers' packets reach must not be a way to anywhere, and whoever may ask must be let in. */
export const resolver: Rule = {
  name: "network-resolver",
  family: "network",
  level: "mandatory",
  severity: "high",
  description:
    "The resolver is asked by its declared clients and watched by monitoring, and speaks to the cache's gateway, the cluster's DNS and its upstreams: all of them, and nobody else.",
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
  const source = { resource: pods.object.resource, pod: stack.network.pod(declared.namespace, podLabels(pods)) };
  yield* judgeAsking(stack, declaration, declared, source.resource, source.pod);
  const errands = errandsOf(stack, cache, declaration, declared);
  yield* judgeSource(stack, source, errands);
  for (const errand of errands) yield* judgeErrand(stack, source, errand);
}

/** Every port that a policy opens, and one that none does, against who is meant to come there. */
function* judgeAsking(
  stack: Stack,
  declaration: Declaration,
  declared: DeclaredResolver,
  resource: Door["resource"],
  pod: PodEndpoint,
): Iterable<Finding> {
  const asking = {
    callers: [...declared.clients.map(namespaceCaller), ...declared.clientCidrs.map(blockCaller)],
    cidrs: declared.clientCidrs,
    namespaces: declared.clients,
  };
  const watching = declaration.monitoring === "" || declared.metrics === "none" ? [] : [declaration.monitoring];
  const doors = new Map<string, Door>();
  const add = (port: number, protocol: Protocol): void =>
    void doors.set(`${port} ${protocol}`, { resource, pod, port, protocol, purpose: purposeOf(port, protocol) });
  for (const protocol of BOTH) add(ports.dns, protocol);
  add(ports.resolverHttp, "TCP");
  add(NO_PORT, "TCP");
  for (const policy of new Gate(stack.network.policies, pod, "ingress").policies) {
    for (const { port, endPort, protocol } of policy.ingress.allow.flatMap((rule) => rule.ports ?? [])) {
      for (const each of [port, endPort])
        if (typeof each === "number") for (const which of protocol === undefined ? BOTH : [protocol]) add(each, which);
    }
  }
  for (const door of doors.values()) {
    if (door.purpose === "clients")
      yield* judgeDoor(stack, door, { ...asking, extent: "exactly", config: ["resolver", "clients"] });
    else if (door.purpose === "metrics")
      yield* judgeDoor(stack, door, {
        callers: watching.map(namespaceCaller),
        cidrs: [],
        namespaces: watching,
        extent: "exactly",
        config: ["network", "monitoring"],
      });
    else
      yield* judgeDoor(stack, door, {
        callers: [],
        cidrs: [],
        namespaces: [],
        extent: "at most",
        config: ["resolver"],
      });
  }
}

function purposeOf(port: number, protocol: Protocol): Door["purpose"] {
  if (port === ports.dns && BOTH.includes(protocol)) return "clients";
  return port === ports.resolverHttp && protocol === "TCP" ? "metrics" : "closed";
}

function errandsOf(stack: Stack, cache: CachePods, declaration: Declaration, declared: DeclaredResolver): Errand[] {
  const upstreams = declared.upstreams.flatMap(({ cidr, port }) =>
    BOTH.map((protocol): Errand => ({ ...toBlock(cidr, [port], `upstream over ${protocol}`), protocols: [protocol] })),
  );
  if (declared.cachePorts.length === 0) return upstreams;
  const gateways = cache.gateways.map((gateway) =>
    toPods("the gateway's pods", stack, cache.namespace, gateway, declared.cachePorts),
  );
  return [...gateways, ...eitherWay(dnsErrands(declaration)), ...upstreams];
}

/** UDP and TCP apart: each has to be open. */
const eitherWay = (errands: readonly Errand[]): Errand[] =>
  errands.flatMap((errand) =>
    errand.protocols.map((protocol) => ({ ...errand, protocols: [protocol], to: overProtocol(errand.to, protocol) })),
  );
const overProtocol = (to: Caller, protocol: Protocol): Caller => ({ ...to, title: `${to.title} over ${protocol}` });
