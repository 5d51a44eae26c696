import type { Estate } from "../../model/estate";
import type { Stack } from "../../model/stack";
import type { Connection } from "../../network/endpoint";
import { clientDoors, type Door } from "../../network/places";
import { verdict } from "../../network/reach";
import { STRANGER, witnesses, type Witness } from "../../network/witness";
import { attempt, notJudged, violation, type Finding, type Rule } from "../../rule";
import { title } from "../../model/resource";

export const cacheNamespacesOnly: Rule = {
  name: "network-cache-namespaces",
  family: "network",
  level: "mandatory",
  severity: "high",
  description: "The cache's port admits pods of namespaces that are named, and nobody else.",
  remedy: "Let each NetworkPolicy that opens the cache's port select its namespaces by the label kubernetes.io/metadata.name.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#targeting-a-namespace-by-its-name",
  configSchema: {},
  *judge(estate: Estate) {
    for (const stack of estate.stacks) {
      const [first] = stack.caches;
      if (first !== undefined) yield* attempt({ resource: first.resource }, () => judgeStack(stack));
    }
  },
};

function* judgeStack(stack: Stack): Iterable<Finding> {
  const callers = witnesses(stack.network, "ingress");
  for (const door of clientDoors(stack)) yield* judgeDoor(stack, door, callers);
}

function* judgeDoor(stack: Stack, door: Door, callers: readonly Witness[]): Iterable<Finding> {
  const { network } = stack;
  const subject = { resource: door.resource };
  const admitted = callers.filter((caller) => {
    const connection: Connection = { from: caller.endpoint, to: door.pod, port: door.port, protocol: "TCP" };
    return verdict(network.policies, connection, "ingress").allowed;
  });
  const strangers = admitted.filter(({ endpoint }) => endpoint.kind === "address" || endpoint.namespace === STRANGER);
  if (strangers.length > 0 && network.unread.length > 0) {
    yield notJudged(subject, `who reaches port ${door.port}: not all is known yet of ${network.unread.map((each) => title(each.resource)).join(", ")}`);
    return;
  }
  const [first] = strangers;
  if (first === undefined) return;
  const others = strangers.length === 1 ? "" : ` and ${strangers.length - 1} more that no namespace's name stands for`;
  yield violation(subject, `port ${door.port} of the pods admits ${first.title}${others}`);
}
