export type ServiceType = "ClusterIP" | "NodePort" | "LoadBalancer";

/** How a Service is reached from outside its cluster. */
export interface ExposureSettings {
  readonly type: ServiceType;
  /** With type NodePort; 0 (default) lets Kubernetes choose. A change ends the connections that came by it. */
  readonly nodePort: number;
  /** For the cloud's load balancer. Default none. */
  readonly annotations: Readonly<Record<string, string>>;
  /** CIDRs that may come in from outside, for load balancer and NetworkPolicy. Default none. Changes at once. */
  readonly allowedSources: readonly string[];
}

export interface ClientsSettings extends ExposureSettings {
  /** Port of the node for `dragonfly-ro`, as nodePort for `dragonfly`. */
  readonly readOnlyNodePort: number;
}

/** HAProxy, the only door of a site. A change rolls its pods one by one: connections break once, no data is touched. */
export interface GatewaySettings {
  /** Default: the official image of HAProxy 3.2; 2.6 or later. In production with its digest. */
  readonly image: string;
  /** Default 2. With one, a roll or a lost node interrupts every client. */
  readonly replicas: number;
  /** Default 2. */
  readonly threads: number;
  /** Connections at a time, in each pod. Default 10000. */
  readonly maxConnections: number;
  /** Cores. Default 100m. */
  readonly cpuRequest: string;
  /** Default 64Mi. */
  readonly memoryRequest: string;
  /** Default 512Mi. */
  readonly memoryLimit: string;
  /** The Services `dragonfly` and `dragonfly-ro`. Default ClusterIP: reachable inside the cluster only. */
  readonly clients: ClientsSettings;
  /** The Service `dragonfly-link` for the peers' gateways. Default LoadBalancer. */
  readonly link: ExposureSettings;
}
