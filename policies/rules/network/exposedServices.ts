import { title } from "../../model/resource";
import type { Stack } from "../../model/stack";
import { at, list, text, type Value } from "../../model/value";
import { podLabels, workload } from "../../model/workload";
import { AddressSet, edges } from "../../network/address";
import type { Endpoint, PodEndpoint } from "../../network/endpoint";
import { selectsPods, serverPods, targetPort } from "../../network/exposedPorts";
import { doubtsAbout } from "../../network/probes";
import { protectedNamespaces } from "../../network/protectedNamespaces";
import type { Gate } from "../../network/reach";
import { servicesOf, type ServiceObject } from "../../network/services";
import { attempt, notJudged, violation, type Finding, type Rule } from "../../rule";
import { eachCacheStack } from "../each";

/** Two of each family that no block of a real network holds both of. */
const FAR_APART: readonly (readonly string[])[] = [
  ["203.0.113.254", "8.8.8.8"],
  ["2001:db8:ffff::7", "2a00:1450::1"],
];
/** A larger part of all addresses is nobody's in particular: of IPv4, more than two blocks of 8 bits. */
const LARGEST_SHARE = 0.01;

export const exposedServices: Rule = {
  name: "network-exposed-services",
  family: "network",
  level: "mandatory",
  severity: "critical",
  description: "A Service of type LoadBalancer or NodePort admits named addresses only.",
  reads: "Services, those that an operator or a chart makes too, their source ranges, and all policies of their pods",
  remedy:
    "Set loadBalancerSourceRanges and open the pods' port to the same CIDRs by a NetworkPolicy, or make it a " +
    "ClusterIP.",
  link: "https://kubernetes.io/docs/concepts/services-networking/service/#type-loadbalancer",
  configSchema: {},
  judge: (deployment) =>
    eachCacheStack(deployment, function* (stack) {
      const namespaces = protectedNamespaces(stack).map((place) => place.namespace);
      for (const service of servicesOf(stack)) {
        if (service.namespace !== undefined && namespaces.includes(service.namespace))
          yield* attempt({ resource: service.resource }, () => judge(stack, service));
      }
    }),
};

function* judge(stack: Stack, service: ServiceObject): Iterable<Finding> {
  const type = text(service.body, "spec", "type") ?? "ClusterIP";
  const subject = { resource: service.resource };
  const config = { config: ["gateway"] };
  if (list(service.body, "spec", "externalIPs").length > 0)
    yield violation(subject, "takes connections at externalIPs from anybody", config);
  if (type !== "LoadBalancer" && type !== "NodePort") return;
  if (type === "LoadBalancer") {
    const ranges = sourceRanges(service);
    const held = new AddressSet(ranges.map((cidr) => ({ cidr, except: [] })));
    if (ranges.length === 0)
      yield violation(subject, "LoadBalancer without loadBalancerSourceRanges: open to the world", config);
    else if (held.share(4) > LARGEST_SHARE || held.share(6) > LARGEST_SHARE)
      yield violation(subject, "LoadBalancer whose loadBalancerSourceRanges hold a large part of the world", config);
  }
  yield* judgePods(stack, service, type);
}

const SOURCE_RANGES = [
  "service.beta.kubernetes.io/load-balancer-source-ranges",
  "networking.gke.io/load-balancer-source-ranges",
];

function sourceRanges(service: ServiceObject): string[] {
  const own = list(service.body, "spec", "loadBalancerSourceRanges").filter((each) => typeof each === "string");
  const annotated = SOURCE_RANGES.flatMap((name) =>
    (text(service.body, "metadata", "annotations", name) ?? "").split(","),
  ).map((cidr) => cidr.trim());
  return [...own, ...annotated].filter((cidr) => cidr !== "");
}

interface Behind {
  readonly pod: PodEndpoint;
  readonly podSpec: Value;
}

/** The pods that a Service leads to. @throws UnknownValue */
function podsBehind(stack: Stack, service: ServiceObject): Behind[] {
  const { namespace } = service;
  if (namespace === undefined) return [];
  const own = stack.objects.flatMap((object): Behind[] => {
    const pods = object.namespace === namespace ? workload(object) : undefined;
    if (pods === undefined || !selectsPods(service, podLabels(pods))) return [];
    return [{ pod: stack.network.podOf(pods, namespace), podSpec: pods.podSpec }];
  });
  const carried = stack.caches
    .filter((cache) => cache.carrier !== "workload" && cache.namespace === namespace)
    .flatMap((cache) => serverPods(stack, namespace, cache).map((pod) => ({ pod, podSpec: cache.podSpec })))
    .filter(({ pod }) => selectsPods(service, pod.labels));
  return [...own, ...carried];
}

/** What comes in at a node's port is told by address at the pods, if anywhere. */
function* judgePods(stack: Stack, service: ServiceObject, type: string): Iterable<Finding> {
  for (const { pod, podSpec } of podsBehind(stack, service)) {
    const gate = stack.network.gate(pod, "ingress");
    for (const each of list(service.body, "spec", "ports")) {
      const port = targetPort(podSpec, each);
      const name = at(each, "targetPort");
      if (port === undefined) {
        if (typeof name === "string")
          yield notJudged(
            { resource: service.resource },
            `which port ${title(service.resource)} leads to is not known: no container names a port ${name}`,
          );
        continue;
      }
      yield* judgePodPort(service, type, gate, port);
    }
  }
}

function* judgePodPort(service: ServiceObject, type: string, gate: Gate, port: number): Iterable<Finding> {
  const subject = { resource: service.resource, part: `port ${port}` };
  const config = { config: ["gateway"] };
  const verdicts = FAR_APART.map((family) => family.map((ip) => verdict(gate, ip, port)));
  if (verdicts.some((family) => family.every((each) => each === "admitted")))
    yield violation(subject, `${type} to port ${port} of pods that admit any address`, config);
  else if (verdicts.flat().includes("unknown"))
    yield notJudged(
      subject,
      `whether port ${port} of the pods admits the world is not known: ${doubtsAbout(gate, port, "TCP").join("; ")}`,
    );
  else if (type === "NodePort" && !namesSources(gate, port))
    yield violation(
      subject,
      `NodePort to port ${port} of pods whose policies name no addresses: nothing says who may come`,
      config,
    );
}

const verdict = (gate: Gate, ip: string, port: number) => {
  const from: Endpoint = { kind: "address", ip };
  return gate.answer(from, port, "TCP").verdict;
};

/**
 * Whether some block of addresses is let in. What comes in by a node has the node's address or its own, never a pod's.
 */
function namesSources(gate: Gate, port: number): boolean {
  const blocks = gate.allowRules
    .flatMap((rule) => rule.peers)
    .flatMap((peer) => (peer.kind === "block" ? [peer.block] : []));
  return edges(blocks.flatMap(({ cidr, except }) => [cidr, ...except])).some(
    (ip) => verdict(gate, ip, port) === "admitted",
  );
}
