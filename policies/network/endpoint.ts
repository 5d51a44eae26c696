import type { Labels } from "./selector";

/** A pod as policies see it. */
export interface PodEndpoint {
  readonly kind: "pod";
  readonly namespace: string;
  readonly namespaceLabels: Labels;
  readonly labels: Labels;
  /** Absent where nothing is known of it, as before deployment: then no address block is taken to hold it. */
  readonly ip?: string;
  /** Container ports by name. */
  readonly ports?: readonly NamedPort[];
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
  readonly entity?: "host" | "remote-node" | "kube-apiserver";
}

export type Endpoint = PodEndpoint | AddressEndpoint;
export type Protocol = "TCP" | "UDP" | "SCTP";

/** One connection that is asked about. */
export interface Connection {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly port: number;
  readonly protocol: Protocol;
}

/** The label that the API server sets on every namespace and nobody can set otherwise. */
export const NAMESPACE_NAME = "kubernetes.io/metadata.name";
