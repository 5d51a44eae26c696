import type { Deployment } from "../../model/deployment";
import type { Stack } from "../../model/stack";
import type { Endpoint } from "../../network/endpoint";
import { NAMESPACE_NAME, type PodEndpoint } from "../../network/endpoint";
import { UNUSED_PORT } from "../../network/exposedPorts";
import { findPod, UNMATCHED, type Tested } from "../../network/podSearch";
import { doubtsAbout } from "../../network/probes";
import { protectedNamespaces } from "../../network/protectedNamespaces";
import { selects } from "../../network/reach";
import { allowed, type Direction, type NetworkRule, type Policy } from "../../network/rules";
import { isEqual } from "../../network/selector";
import { notJudged, violation, type Finding, type Rule, type Subject } from "../../rule";

export const defaultDeny: Rule = {
  name: "network-default-deny",
  family: "network",
  level: "mandatory",
  severity: "high",
  description:
    "In every namespace with a cache or a resolver all pods are closed in both directions unless another " +
    "policy opens them.",
  reads: "all policies, computed for every pod that there could be in namespaces with a cache, a drill or a resolver",
  remedy:
    "Add a NetworkPolicy with an empty podSelector and policyTypes Ingress and Egress to the namespace, " +
    "without rules but for DNS.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies",
  configSchema: {},
  *judge(deployment: Deployment) {
    for (const stack of deployment.stacks)
      for (const place of protectedNamespaces(stack))
        yield* judge(stack, place.namespace, { resource: place.resource });
  },
};

function* judge(stack: Stack, namespace: string, cache: Subject): Iterable<Finding> {
  const directions = ["ingress", "egress"] as const;
  const open = directions.map((direction) => ({ direction, found: findOpen(stack, namespace, direction) }));
  const certain = open.filter(({ found }) => found === "open").map(({ direction }) => direction);
  if (certain.length > 0)
    yield violation(cache, `namespace ${namespace} has no policy that closes every pod for ${certain.join(" and ")}`);
  for (const { direction, found } of open)
    if (typeof found === "object")
      yield notJudged(
        cache,
        `whether namespace ${namespace} is closed by default for ${direction} is not known: ${found.doubts.join("; ")}`,
      );
  for (const direction of directions) {
    for (const policy of stack.network.policies.filter((each) => isForEveryPod(stack, each, namespace)))
      if (allowed(policy[direction]).some((rule) => opens(rule, direction)))
        yield violation({ resource: policy.resource }, `opens ${direction} of every pod in namespace ${namespace}`);
  }
}

/** Looks for a pod that somebody from anywhere reaches, or that reaches somebody anywhere. */
function findOpen(
  stack: Stack,
  namespace: string,
  direction: Direction,
): "open" | "closed" | { readonly doubts: readonly string[] } {
  const { network } = stack;
  let doubts: readonly string[] = [];
  const look = ({ labels }: PodEndpoint): Tested => {
    const gate = network.gate(network.pod(namespace, labels), direction);
    const isolating = gate.policies.find(
      (policy) => policy.tier === "namespace" && policy[direction].isolates && selects(policy, gate.pod) === "yes",
    );
    if (isolating !== undefined && gate.isolated === "yes" && !gate.gaps.mayOverrule)
      return { avoid: { namespaces: [], pods: isolating.pods } };
    const verdicts = ANYBODY.map((each) => gate.answer(each, UNUSED_PORT, "TCP").verdict);
    if (verdicts.includes("admitted")) return "found";
    const closing = gate.policies.filter((policy) => policy.tier !== "namespace");
    if (!verdicts.includes("unknown") && closing.length === 1)
      return { avoid: { namespaces: [], pods: closing[0]?.pods ?? [] } };
    if (verdicts.includes("unknown")) doubts = doubtsAbout(gate, UNUSED_PORT, "TCP");
    return "no";
  };
  const found = findPod(network, { namespaces: [isEqual(NAMESPACE_NAME, namespace)], pods: [] }, look);
  if (found === "gave up") doubts = ["the selectors of the policies are too many to try all"];
  if (typeof found === "object") return "open";
  return doubts.length > 0 ? { doubts } : "closed";
}

const ANYBODY: readonly Endpoint[] = [
  { kind: "pod", namespace: UNMATCHED, namespaceLabels: { [NAMESPACE_NAME]: UNMATCHED }, labels: {} },
  { kind: "address", ip: "203.0.113.254" },
  { kind: "address", ip: "2001:db8:ffff::7" },
];

const isForEveryPod = ({ network }: Stack, policy: Policy, namespace: string): boolean =>
  policy.pods.length === 0 && selects(policy, network.pod(namespace, {})) === "yes";

const DNS_PORTS: readonly (number | string | undefined)[] = [53, "dns", "dns-tcp", "dns-udp"];

/** Names are looked up by everybody; all else is for the pods that need it. */
const opens = ({ peers, ports }: NetworkRule, direction: Direction): boolean =>
  peers.length > 0 &&
  (ports === undefined ||
    (direction === "ingress"
      ? ports.length > 0
      : ports.some(({ port, endPort }) => !DNS_PORTS.includes(port) || endPort !== undefined)));
