import type { Deployment } from "../../model/deployment";
import type { Stack } from "../../model/stack";
import { title } from "../../model/resource";
import type { Direction, NetworkRule } from "../../network/rules";
import { protectedNamespaces } from "../../network/protectedNamespaces";
import { notJudged, violation, type Finding, type Rule, type Subject } from "../../rule";

export const defaultDeny: Rule = {
  name: "network-default-deny",
  family: "network",
  level: "mandatory",
  severity: "high",
  description:
    "In every namespace with a cache or a resolver all pods are closed in both directions unless another policy opens them.",
  reads:
    "NetworkPolicies, CiliumNetworkPolicies and CiliumClusterwideNetworkPolicies of namespaces with a cache, a drill or a resolver",
  remedy:
    "Add a NetworkPolicy with an empty podSelector and policyTypes Ingress and Egress to the namespace, without rules but for DNS.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies",
  configSchema: {},
  *judge(deployment: Deployment) {
    for (const stack of deployment.stacks)
      for (const place of protectedNamespaces(stack))
        yield* judge(stack, place.namespace, { resource: place.resource });
  },
};

function* judge(stack: Stack, namespace: string, cache: Subject): Iterable<Finding> {
  const { network } = stack;
  const everyPod = network.policies.filter(
    (policy) =>
      policy.pods.length === 0 && policy.namespaces.length === 0 && (policy.namespace ?? namespace) === namespace,
  );
  for (const direction of ["ingress", "egress"] as const) {
    if (!everyPod.some((policy) => policy[direction].isolates)) {
      const unread = [...network.unread, ...everyPod.filter((policy) => policy.unknown.length > 0)];
      if (unread.length > 0) {
        const names = unread.map((each) => title(each.resource)).join(", ");
        yield notJudged(
          cache,
          `whether namespace ${namespace} is closed by default for ${direction}: not all is known yet of ${names}`,
        );
      } else yield violation(cache, `namespace ${namespace} has no policy that closes every pod for ${direction}`);
    }
    for (const policy of everyPod) {
      if (policy[direction].allow.some((rule) => opens(rule, direction))) {
        yield violation({ resource: policy.resource }, `opens ${direction} of every pod in namespace ${namespace}`);
      }
    }
  }
}

/** Names are looked up by everybody; all else is for the pods that need it. */
const opens = (rule: NetworkRule, direction: Direction): boolean =>
  rule.peers.length > 0 &&
  !(
    direction === "egress" &&
    rule.ports !== undefined &&
    rule.ports.every((each) => each.port === 53 && each.endPort === undefined)
  );
