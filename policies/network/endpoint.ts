import type { Labels } from "./selector";

/** A pod as policies see it. */
export interface PodEndpoint {
  readonly kind: "pod";
  readonly namespace: string;
  readonly namespaceLabels: Labels;
  readonly labels: Labels;
  /** Whether the namespace may have labels beside these, as one that the stack does not make. */
  readonly hasOpenNamespace?: boolean;
  /** Whether it may have labels beside these. */
  readonly hasOpenLabels?: boolean;
  /** Whether it has the network of its node: then no policy stands for it. */
  readonly isOnHost?: boolean;
  /** Absent where nothing is known of it, as before deployment: then no address block is taken to hold it. */
  readonly ip?: string;
  /** Container ports by name; undefined where they are not known. */
  readonly ports?: readonly NamedPort[] | undefined;
}

export interface NamedPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: Protocol;
}

/** Something outside the cluster, or a node. */
export interface AddressEndpoint {
  readonly kind: "address";
  readonly ip: string;
  /** What Cilium calls it besides "world"; nodes and the API server are no part of "world". */
  readonly entity?: AddressEntity;
  /** Whether it stands for a destination that is declared, which a rule may reach by its DNS name as well. */
  readonly mayHaveName?: boolean;
}

export type AddressEntity = "host" | "remote-node" | "kube-apiserver" | "ingress" | "health" | "init" | "unmanaged";

/** Whatever a DNS name leads to. */
export interface NameEndpoint {
  readonly kind: "name";
  /** As the policy writes it, wildcards included. */
  readonly name: string;
}

export type Endpoint = PodEndpoint | AddressEndpoint | NameEndpoint;
export type Protocol = "TCP" | "UDP" | "SCTP";
/** By number, or by the name that the destination's pod gives it. */
export type Port = number | string;

/** One connection that is asked about. */
export interface Connection {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly port: number;
  readonly protocol: Protocol;
}

/** The label that the API server sets on every namespace and nobody can set otherwise. */
export const NAMESPACE_NAME = "kubernetes.io/metadata.name";
