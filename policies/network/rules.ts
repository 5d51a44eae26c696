import type { Resource } from "../model/resource";
import type { AddressBlock } from "./address";
import type { AddressEntity, Protocol } from "./endpoint";
import type { Selector } from "./selector";

/** The other side of a connection, as one rule describes it. */
export type Peer =
  | { readonly kind: "anyone" }
  | PodPeer
  | {
      readonly kind: "block";
      readonly block: AddressBlock;
      /** Whether it holds the addresses of pods as well, as in an AdminNetworkPolicy. */
      readonly holdsPods?: boolean;
    }
  | { readonly kind: "entity"; readonly entity: Entity }
  /** Whatever a DNS name or a pattern of names leads to. */
  | { readonly kind: "name"; readonly name: string }
  /** What the resources at hand do not tell, such as a CIDR group of another stack. */
  | { readonly kind: "unknown"; readonly what: string; readonly mayHoldPods: boolean };

/** Pods, by their own labels and those of their namespaces. */
export interface PodPeer {
  readonly kind: "pods";
  readonly namespaces: Selector;
  readonly pods: Selector;
}

/** Cilium's names for what is no pod of a policy's choosing. */
export type Entity = AddressEntity | "all" | "world" | "world-ipv4" | "world-ipv6" | "cluster";

/** Ports that a rule admits; `undefined` where it admits all. */
export interface PortRange {
  /** A name is looked up among the ports of the connection's destination. */
  readonly port: number | string | undefined;
  readonly endPort: number | undefined;
  /** Undefined: any. */
  readonly protocol: Protocol | undefined;
}

export type Action = "allow" | "deny" | "pass";

export interface NetworkRule {
  readonly action: Action;
  readonly peers: readonly Peer[];
  /** Undefined: every port. */
  readonly ports: readonly PortRange[] | undefined;
}

export type Direction = "ingress" | "egress";

/** One side of a policy. */
export interface Side {
  /** What is selected is closed in this direction but for what some rule admits. */
  readonly isolates: boolean;
  /** In the order in which they are written; the order counts in the tiers admin and baseline only. */
  readonly rules: readonly NetworkRule[];
}

/**
 * `admin` comes before, `baseline` after the policies of namespaces; within each of the two, policies stand in the
 * order of their priority, and the first rule that matches decides.
 */
export type Tier = "admin" | "namespace" | "baseline";

/** A policy of any kind, in one form. */
export interface Policy {
  readonly resource: Resource;
  readonly tier: Tier;
  /** Lower comes first. */
  readonly priority: number;
  /** Undefined: every namespace. */
  readonly namespace: string | undefined;
  /** Which namespaces' pods it selects besides; for those that are no namespace's own. */
  readonly namespaces: Selector;
  readonly pods: Selector;
  readonly ingress: Side;
  readonly egress: Side;
  /** Paths of what is not known yet and was therefore left out. */
  readonly unknown: readonly string[];
}

export const allowed = (side: Side): NetworkRule[] => side.rules.filter((rule) => rule.action === "allow");
