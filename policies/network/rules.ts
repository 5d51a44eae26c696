import type { Resource } from "../model/resource";
import type { AddressBlock } from "./address";
import type { Protocol } from "./endpoint";
import type { Selector } from "./selector";

/** The other side of a connection, as one rule describes it. */
export type Peer =
  | { readonly kind: "anyone" }
  /** Pods in the namespaces that `namespaces` selects, or in the policy's own where it is undefined. */
  | { readonly kind: "pods"; readonly namespaces: Selector | undefined; readonly pods: Selector }
  | { readonly kind: "block"; readonly block: AddressBlock }
  | { readonly kind: "entity"; readonly entity: Entity };

/** Cilium's names for what is no pod of a policy's choosing. */
export type Entity = "all" | "world" | "cluster" | "host" | "remote-node" | "kube-apiserver" | "other";

/** Ports that a rule admits; `undefined` where it admits all. */
export interface PortRange {
  /** A name is looked up among the ports of the connection's destination. */
  readonly port: number | string | undefined;
  readonly endPort: number | undefined;
  /** Undefined: any. */
  readonly protocol: Protocol | undefined;
}

export interface NetworkRule {
  readonly peers: readonly Peer[];
  /** Undefined: every port. */
  readonly ports: readonly PortRange[] | undefined;
}

export type Direction = "ingress" | "egress";

/** One side of a policy. `isolates`: what is selected is closed in this direction but for what some rule admits. */
export interface Side {
  readonly isolates: boolean;
  readonly allow: readonly NetworkRule[];
  /** Cilium's deny rules, which outweigh every allowance. */
  readonly deny: readonly NetworkRule[];
}

/** A NetworkPolicy or a Cilium one, in one form. */
export interface Policy {
  readonly resource: Resource;
  /** Undefined: every namespace (CiliumClusterwideNetworkPolicy). */
  readonly namespace: string | undefined;
  /** Which namespaces' pods it selects besides; for Cilium's clusterwide ones. */
  readonly namespaces: Selector;
  readonly pods: Selector;
  readonly ingress: Side;
  readonly egress: Side;
  /** Paths of what is not known yet and was therefore left out: the policy admits at least what is here. */
  readonly unknown: readonly string[];
}
