import { inBlock } from "./address";
import type { Connection, Endpoint, PodEndpoint, Protocol } from "./endpoint";
import type { Direction, Entity, NetworkRule, Peer, Policy, PortRange } from "./rules";
import { matches } from "./selector";

/** Whether policies let a connection through: the source's egress and the destination's ingress must both admit it. */
export function reaches(policies: readonly Policy[], { from, to, port, protocol }: Connection): boolean {
  const leaves = from.kind === "address" || new Gate(policies, from, "egress").admits(to, port, protocol);
  return leaves && (to.kind === "address" || new Gate(policies, to, "ingress").admits(from, port, protocol));
}

export const selects = (policy: Policy, pod: PodEndpoint): boolean =>
  (policy.namespace === undefined || policy.namespace === pod.namespace) &&
  matches(policy.namespaces, pod.namespaceLabels) &&
  matches(policy.pods, pod.labels);

/** One direction of one pod: what the policies that select it let through. */
export class Gate {
  /** Those that have a say here. */
  readonly policies: readonly Policy[];
  /** Closed but for what a policy admits. */
  readonly isolated: boolean;

  constructor(
    policies: readonly Policy[],
    readonly pod: PodEndpoint,
    readonly direction: Direction,
  ) {
    this.policies = policies.filter((policy) => selects(policy, pod));
    this.isolated = this.policies.some((policy) => policy[direction].isolates);
  }

  /** Whether the other end of a connection to that port (of whichever end is the destination) is let through. */
  admits(other: Endpoint, port: number, protocol: Protocol): boolean {
    const destination = this.direction === "ingress" ? this.pod : other;
    const covers = (policy: Policy, rule: NetworkRule): boolean =>
      rule.peers.some((peer) => isPeer(peer, other, policy, this.pod)) &&
      admitsPort(rule.ports, destination, port, protocol);
    // Cilium: a denial outweighs every allowance, wherever it stands.
    if (this.policies.some((policy) => policy[this.direction].deny.some((rule) => covers(policy, rule)))) return false;
    return (
      !this.isolated ||
      this.policies.some((policy) => policy[this.direction].allow.some((rule) => covers(policy, rule)))
    );
  }
}

function isPeer(peer: Peer, other: Endpoint, policy: Policy, own: PodEndpoint): boolean {
  switch (peer.kind) {
    case "anyone":
      return true;
    case "pods":
      if (other.kind !== "pod") return false;
      return (
        (peer.namespaces === undefined
          ? other.namespace === (policy.namespace ?? own.namespace)
          : matches(peer.namespaces, other.namespaceLabels)) && matches(peer.pods, other.labels)
      );
    case "block":
      return other.ip !== undefined && inBlock(other.ip, peer.block);
    case "entity":
      return isEntity(peer.entity, other);
  }
}

function isEntity(entity: Entity, other: Endpoint): boolean {
  switch (entity) {
    case "all":
      return true;
    case "cluster":
      return other.kind === "pod" || other.entity !== undefined;
    case "world":
      return other.kind === "address" && other.entity === undefined;
    case "host":
    case "remote-node":
    case "kube-apiserver":
      return other.kind === "address" && other.entity === entity;
    case "other":
      return false;
  }
}

const admitsPort = (
  ranges: readonly PortRange[] | undefined,
  destination: Endpoint,
  port: number,
  protocol: Protocol,
): boolean => ranges === undefined || ranges.some((range) => inRange(range, destination, port, protocol));

function inRange(range: PortRange, destination: Endpoint, port: number, protocol: Protocol): boolean {
  if (range.protocol !== undefined && range.protocol !== protocol) return false;
  if (range.port === undefined) return true;
  if (typeof range.port === "string") {
    const { port: name } = range;
    return (
      destination.kind === "pod" &&
      (destination.ports ?? []).some((each) => each.name === name && each.port === port && each.protocol === protocol)
    );
  }
  return range.endPort === undefined ? port === range.port : port >= range.port && port <= range.endPort;
}
