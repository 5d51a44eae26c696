import type { Stack } from "../../model/stack";
import { cachePods, type CachePods } from "../../network/exposedPorts";
import { requiredConnections, type RequiredConnection, type Source } from "../../network/requiredConnections";
import { letIn } from "../../network/letIn";
import { doubtsAbout } from "../../network/probes";
import type { Endpoint } from "../../network/endpoint";
import type { Verdict } from "../../network/reach";
import { either, type Match } from "../../network/selector";
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
    "Nothing that a site lives by is cut off: gateway to server and guard, server to its peers through the " +
    "gateway, names, the API server, the peers.",
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
  const gate = network.gate(pod, "egress");
  const leads = (port: number): Match =>
    protocols.reduce<Match>((found, protocol) => {
      const entry = (end: Endpoint): Verdict =>
        end.kind === "pod" ? network.gate(end, "ingress").answer(pod, port, protocol).verdict : "admitted";
      return found === "yes" ? found : either(found, letIn(network, gate, port, protocol, to, entry));
    }, "no");
  const subject = { resource, part: `to ${to.title}` };
  const found = ports.map((port) => ({ port, match: leads(port) }));
  const numbers = (match: Match): string =>
    found
      .filter((each) => each.match === match)
      .map(({ port }) => port)
      .join(", ");
  if (numbers("no") !== "")
    yield violation(subject, `the pods cannot reach ${to.title} on port ${numbers("no")}`, { config: ["network"] });
  const [first] = found.filter(({ match }) => match === "maybe");
  if (first !== undefined) {
    const doubts = protocols.flatMap((protocol) => doubtsAbout(gate, first.port, protocol));
    yield notJudged(
      subject,
      `whether the pods reach ${to.title} on port ${numbers("maybe")} is not known: ${[...new Set(doubts)].join("; ")}`,
    );
  }
}
