import { title } from "../../model/resource";
import type { Stack } from "../../model/stack";
import { cachePods, type CachePods } from "../../network/exposedPorts";
import { requiredConnections, type RequiredConnection, type Source } from "../../network/requiredConnections";
import { reaches } from "../../network/reach";
import { notJudged, violation, type Finding, type Rule } from "../../rule";
import { eachCacheStack } from "../each";
import { podsBeside } from "./egress";

/** What is closed by mistake shows in the middle of a failover, and not before. */
export const neededPaths: Rule = {
  name: "network-needed-paths",
  family: "network",
  level: "mandatory",
  severity: "high",
  description:
    "Nothing that a site lives by is cut off: gateway to server and guard, server to its peers through the gateway, names, the API server, the peers.",
  reads: "all policies on both sides of each connection; the declared peers, DNS, API server and object storage",
  remedy: "Let a NetworkPolicy on each side admit the connection: egress of the one pod, ingress of the other.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation",
  configSchema: {},
  judge: (deployment) =>
    eachCacheStack(deployment, function* (stack) {
      for (const pods of cachePods(stack)) yield* judge(stack, pods);
    }),
};

function* judge(stack: Stack, pods: CachePods): Iterable<Finding> {
  if (pods.declaration === undefined) return;
  const required = requiredConnections(stack, pods, pods.declaration);
  for (const source of podsBeside(stack, pods)) {
    for (const connection of required.get(source.resource) ?? []) yield* judgeConnection(stack, source, connection);
  }
}

export function* judgeConnection(
  stack: Stack,
  { resource, pod }: Source,
  { to, ports, protocols }: RequiredConnection,
): Iterable<Finding> {
  const { network } = stack;
  const leads = (port: number): boolean =>
    protocols.some((protocol) =>
      to.examples.some((example) => reaches(network.policies, { from: pod, to: example, port, protocol })),
    );
  const closed = ports.filter((port) => !leads(port));
  if (closed.length === 0) return;
  const subject = { resource, part: `to ${to.title}` };
  const what = `${to.title} on port ${closed.join(", ")}`;
  const gaps = [
    ...network.unread.map((each) => title(each.resource)),
    ...network.policies.filter((policy) => policy.unknown.length > 0).map((policy) => title(policy.resource)),
  ];
  if (gaps.length > 0)
    yield notJudged(
      subject,
      `whether the pods reach ${what} is not known: ${[...new Set(gaps)].join(", ")} cannot be read yet`,
    );
  else yield violation(subject, `the pods cannot reach ${what}`, { config: ["network"] });
}
