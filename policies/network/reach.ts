import { inBlock } from "./address";
import type { Connection, Endpoint, PodEndpoint } from "./endpoint";
import type { Direction, Entity, NetworkRule, Peer, Policy, PortRange } from "./rules";
import { matches } from "./selector";

/** Why a connection is let through or not. */
export interface Verdict {
  readonly allowed: boolean;
  /** Whether the pod asked about is closed in this direction by any policy. */
  readonly isolated: boolean;
  /** The policy that admits or denies, where one does. */
  readonly by: Policy | undefined;
}

/** Whether policies let a connection through: the source's egress and the destination's ingress must both admit it. */
export const reaches = (policies: readonly Policy[], connection: Connection): boolean =>
  verdict(policies, connection, "egress").allowed && verdict(policies, connection, "ingress").allowed;

/** One half of {@link reaches}. An endpoint that is no pod is closed by nobody. */
export function verdict(policies: readonly Policy[], connection: Connection, direction: Direction): Verdict {
  const own = direction === "ingress" ? connection.to : connection.from;
  const other = direction === "ingress" ? connection.from : connection.to;
  if (own.kind === "address") return { allowed: true, isolated: false, by: undefined };
  const selecting = policies.filter((policy) => selects(policy, own));
  const admits = (policy: Policy, rule: NetworkRule): boolean =>
    rule.peers.some((peer) => isPeer(peer, other, policy, own)) && admitsPort(rule.ports, connection);
  const denying = selecting.find((policy) => policy[direction].deny.some((rule) => admits(policy, rule)));
  const isolated = selecting.some((policy) => policy[direction].isolates);
  if (denying !== undefined) return { allowed: false, isolated, by: denying };
  if (!isolated) return { allowed: true, isolated, by: undefined };
  const by = selecting.find((policy) => policy[direction].allow.some((rule) => admits(policy, rule)));
  return { allowed: by !== undefined, isolated, by };
}

export const selects = (policy: Policy, pod: PodEndpoint): boolean =>
  (policy.namespace === undefined || policy.namespace === pod.namespace) &&
  matches(policy.namespaces, pod.namespaceLabels) &&
  matches(policy.pods, pod.labels);

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

function admitsPort(ranges: readonly PortRange[] | undefined, connection: Connection): boolean {
  return ranges === undefined || ranges.some((range) => inRange(range, connection));
}

function inRange(range: PortRange, { to, port, protocol }: Connection): boolean {
  if (range.protocol !== undefined && range.protocol !== protocol) return false;
  if (range.port === undefined) return true;
  if (typeof range.port === "string") {
    const name = range.port;
    return to.kind === "pod" && (to.ports ?? []).some((each) => each.name === name && each.port === port && each.protocol === protocol);
  }
  return range.endPort === undefined ? port === range.port : port >= range.port && port <= range.endPort;
}
