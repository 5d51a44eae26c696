import type { KubeObject } from "../../model/kube";
import type { Stack } from "../../model/stack";
import { annotation } from "../../model/kube";
import { list, text } from "../../model/value";
import { podLabels, workload } from "../../model/workload";
import { edges, inCidr } from "../../network/address";
import { selectsPods, targetPort } from "../../network/exposedPorts";
import { protectedNamespaces } from "../../network/protectedNamespaces";
import { Gate } from "../../network/reach";
import { attempt, notJudged, violation, type Finding, type Rule } from "../../rule";
import { eachCacheStack } from "../each";

/** Two that no block of a real network holds both of. */
const FAR_APART = ["203.0.113.254", "8.8.8.8"];
const SOURCE_RANGES = [
  "service.beta.kubernetes.io/load-balancer-source-ranges",
  "networking.gke.io/load-balancer-source-ranges",
];

export const exposedServices: Rule = {
  name: "network-exposed-services",
  family: "network",
  level: "mandatory",
  severity: "critical",
  description: "A Service of type LoadBalancer or NodePort admits named addresses only.",
  reads: "Services, their source ranges, and all policies of the pods behind them",
  remedy:
    "Set loadBalancerSourceRanges and open the pods' port to the same CIDRs by a NetworkPolicy, or make it a ClusterIP.",
  link: "https://kubernetes.io/docs/concepts/services-networking/service/#type-loadbalancer",
  configSchema: {},
  judge: (deployment) =>
    eachCacheStack(deployment, function* (stack) {
      const namespaces = protectedNamespaces(stack).map((place) => place.namespace);
      for (const service of stack.ofKind("", "Service")) {
        if (service.namespace !== undefined && namespaces.includes(service.namespace))
          yield* attempt({ resource: service.resource }, () => judge(stack, service));
      }
    }),
};

function* judge(stack: Stack, service: KubeObject): Iterable<Finding> {
  const type = text(service.body, "spec", "type") ?? "ClusterIP";
  const subject = { resource: service.resource };
  const config = { config: ["gateway"] };
  if (list(service.body, "spec", "externalIPs").length > 0)
    yield violation(subject, "takes connections at externalIPs from anybody", config);
  if (type !== "LoadBalancer" && type !== "NodePort") return;
  if (type === "LoadBalancer") {
    const ranges = sourceRanges(service);
    if (ranges.length === 0)
      yield violation(subject, "LoadBalancer without loadBalancerSourceRanges: open to the world", config);
    else if (FAR_APART.every((address) => ranges.some((cidr) => inCidr(address, cidr))))
      yield violation(subject, "LoadBalancer whose loadBalancerSourceRanges hold the world", config);
  }
  yield* judgePods(stack, service, type);
}

function sourceRanges(service: KubeObject): string[] {
  const own = list(service.body, "spec", "loadBalancerSourceRanges").filter((each) => typeof each === "string");
  const annotated = SOURCE_RANGES.flatMap((name) => (annotation(service, name) ?? "").split(",")).map((cidr) =>
    cidr.trim(),
  );
  return [...own, ...annotated].filter((cidr) => cidr !== "");
}

/** What comes in at a node's port is told by address at the pods, if anywhere. */
function* judgePods(stack: Stack, service: KubeObject, type: string): Iterable<Finding> {
  const { network } = stack;
  for (const object of stack.objects) {
    const pods = object.namespace === service.namespace ? workload(object) : undefined;
    if (pods === undefined || service.namespace === undefined || !selectsPods(service, podLabels(pods))) continue;
    const gate = new Gate(network.policies, network.podOf(pods, service.namespace), "ingress");
    for (const each of list(service.body, "spec", "ports")) {
      const port = targetPort(pods, each);
      if (port === undefined) continue;
      const subject = { resource: service.resource, part: `port ${port}` };
      if (!FAR_APART.every((ip) => gate.admits({ kind: "address", ip }, port, "TCP"))) {
        const unnamed = type === "NodePort" && network.unread.length === 0 && !namesSources(gate, port);
        if (unnamed)
          yield violation(
            subject,
            `NodePort to port ${port} of pods whose policies name no addresses: nothing says who may come`,
            { config: ["gateway"] },
          );
        continue;
      }
      if (network.unread.length > 0)
        yield notJudged(
          subject,
          `whether port ${port} of the pods admits the world is not known: a policy cannot be read yet`,
        );
      else yield violation(subject, `${type} to port ${port} of pods that admit any address`, { config: ["gateway"] });
    }
  }
}

/**
 * Whether some block of addresses is let in. What comes in by a node has the node's address or its own, never a pod's.
 */
function namesSources(gate: Gate, port: number): boolean {
  const blocks = gate.policies
    .flatMap((policy) => policy.ingress.allow)
    .flatMap((rule) => rule.peers)
    .flatMap((peer) => (peer.kind === "block" ? [peer.block] : []));
  return edges(blocks.flatMap(({ cidr, except }) => [cidr, ...except])).some((ip) =>
    gate.admits({ kind: "address", ip }, port, "TCP"),
  );
}
