// Made from the catalogue in site.ts, whose head says how it is written anew. Do not edit: a test compares.

/**
 * Another site's gateway, as this site reaches it.
 */
export interface PeerInput {
  /**
   * Name of the other site.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default none: must be given
   * @example "dr"
   */
  readonly site: string;

  /**
   * Host name or IP address of its Service dragonfly-link, as this site reaches it.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default none: must be given
   * @example "link.dr.example.com"
   */
  readonly address: string;

  /**
   * Port of that Service.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default 6380
   * @example 6380
   */
  readonly port?: number | undefined;

  /**
   * Full name of the other site's stack. With link.certificates stack this one reads the other's authorities there;
   * the stack must have been initialised, and may be empty.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default none
   * @example "organization/dragonfly-dr/dr"
   */
  readonly stack?: string | undefined;

  /**
   * PEM of the other site's authorities, for link.certificates cert-manager: the program puts them into a Bundle of
   * trust-manager.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default none
   * @example "-----BEGIN CERTIFICATE-----…"
   */
  readonly authority?: string | undefined;
}

/**
 * The volume for dumps. It belongs to the volume claim, which Kubernetes does not change.
 */
export interface StorageInput {
  /**
   * Size of the volume. It must hold a dump of maxmemory; three times that is better.
   * A change: fixed (it cannot change once the object exists).
   * @default "5Gi"
   * @example "20Gi"
   */
  readonly size?: string | undefined;

  /**
   * Storage class of the volume. Not given: the cluster's default class.
   * A change: fixed (it cannot change once the object exists).
   * @default none
   * @example "gp3"
   */
  readonly className?: string | undefined;
}

/**
 * The server's log of slow commands.
 */
export interface SlowlogInput {
  /**
   * A command that takes at least this many microseconds is logged.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default 10000
   * @example 10000
   */
  readonly thresholdMicroseconds?: number | undefined;

  /**
   * Number of entries that are kept; on Dragonfly, of each thread.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default 128
   * @example 128
   */
  readonly maxLength?: number | undefined;
}

/**
 * The server of a site.
 */
export interface ServerInput {
  /**
   * The server's program; redis stands for Redis and Valkey. All sites run the same one: the two cannot replicate to
   * each other.
   * A change: data (the data of this site is lost or left behind).
   * @default "dragonfly"
   * @example "redis"
   */
  readonly engine?: "dragonfly" | "redis" | undefined;

  /**
   * Image of the server. Dragonfly must be v1.37 or later; environment production wants the image with its digest.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default Dragonfly's official image
   * @example "registry.example.com/name:1.2.3@sha256:DIGEST"
   */
  readonly image?: string | undefined;

  /**
   * Dragonfly's proactor threads, or Redis' I/O threads.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default 2
   * @example 4
   */
  readonly threads?: number | undefined;

  /**
   * Memory for data: at most 75 % of memoryLimit, and on Dragonfly at least threads × 256Mi.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default "512mb"
   * @example "2gb"
   */
  readonly maxmemory?: string | undefined;

  /**
   * true: the least used keys make room when maxmemory is reached. false: writes are refused then.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default true
   * @example false
   */
  readonly cacheMode?: boolean | undefined;

  /**
   * CPU request of the container.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default "100m"
   * @example "1"
   */
  readonly cpuRequest?: string | undefined;

  /**
   * CPU limit of the container. Before v1.38 Dragonfly takes its number of threads from it.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default none
   * @example "4"
   */
  readonly cpuLimit?: string | undefined;

  /**
   * Memory request of the container: the memory that the scheduler sets aside, which may be under maxmemory.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default "256Mi"
   * @example "2Gi"
   */
  readonly memoryRequest?: string | undefined;

  /**
   * Memory limit of the container. The share above maxmemory is for connections, replication and dumps.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default "1Gi"
   * @example "3Gi"
   */
  readonly memoryLimit?: string | undefined;

  /**
   * The volume for dumps. It belongs to the volume claim, which Kubernetes does not change.
   * A change: fixed (it cannot change once the object exists).
   */
  readonly storage?: StorageInput | undefined;

  /**
   * The server's log of slow commands.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   */
  readonly slowlog?: SlowlogInput | undefined;

  /**
   * How Dragonfly runs BullMQ's scripts. undeclared-keys: queues may have any name, and each script locks the whole
   * store. hashtags: scripts run in parallel, and each queue is named with a hash tag such as {mail}.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default undeclared-keys; off for redis
   * @example "hashtags"
   */
  readonly bullmq?: "off" | "undeclared-keys" | "hashtags" | undefined;

  /**
   * Further flags of the server. A flag that the program or its guard sets is refused.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default []
   * @example [ "--maxclients=20000" ]
   */
  readonly extraArgs?: readonly string[] | undefined;
}

/**
 * A user of an application.
 */
export interface UserInput {
  /**
   * Name that the application logs in with.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default none: must be given
   * @example "shop"
   */
  readonly name: string;

  /**
   * Patterns of the keys that the user may reach. "*" stands for every key but the guard's.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default none: must be given
   * @example [ "shop:*" ]
   */
  readonly keys: readonly string[];

  /**
   * Channels, or patterns of channels, that the user may reach.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default []
   * @example [ "shop:events" ]
   */
  readonly channels?: readonly string[] | undefined;

  /**
   * ACL rules in order. What is not granted is refused.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default none: must be given
   * @example [ "+@all", "-@dangerous", "+INFO" ]
   */
  readonly commands: readonly string[];

  /**
   * own: no other user's keys overlap this user's. wide: they may.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default "own"
   * @example "wide"
   */
  readonly scope?: "own" | "wide" | undefined;
}

/**
 * The Services dragonfly and dragonfly-ro, for clients.
 */
export interface ClientsInput {
  /**
   * Type of the Services. Any type but ClusterIP needs allowedSources.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default "ClusterIP"
   * @example "LoadBalancer"
   */
  readonly type?: "ClusterIP" | "NodePort" | "LoadBalancer" | undefined;

  /**
   * Port of the nodes, with type NodePort. Not given: Kubernetes chooses. A change ends the connections that came by
   * it.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default none
   * @example 30379
   */
  readonly nodePort?: number | undefined;

  /**
   * Annotations of the Service, for the cloud's load balancer.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default {}
   * @example { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" }
   */
  readonly annotations?: Readonly<Record<string, string | undefined>> | undefined;

  /**
   * CIDRs that may connect from outside the cluster; the load balancer and the NetworkPolicy admit them.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default []
   * @example [ "198.51.100.0/24" ]
   */
  readonly allowedSources?: readonly string[] | undefined;

  /**
   * Port of the nodes for dragonfly-ro; nodePort is that of dragonfly.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default none
   * @example 30378
   */
  readonly readOnlyNodePort?: number | undefined;
}

/**
 * The Service dragonfly-link, for the gateways of the peers.
 */
export interface PeerLinkInput {
  /**
   * Type of the Service.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default "LoadBalancer"
   * @example "LoadBalancer"
   */
  readonly type?: "ClusterIP" | "NodePort" | "LoadBalancer" | undefined;

  /**
   * Port of the nodes, with type NodePort. Not given: Kubernetes chooses. A change ends the connections that came by
   * it.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default none
   * @example 30379
   */
  readonly nodePort?: number | undefined;

  /**
   * Annotations of the Service, for the cloud's load balancer.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default {}
   * @example { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" }
   */
  readonly annotations?: Readonly<Record<string, string | undefined>> | undefined;

  /**
   * CIDRs that may connect from outside the cluster; the load balancer and the NetworkPolicy admit them.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default []
   * @example [ "198.51.100.0/24" ]
   */
  readonly allowedSources?: readonly string[] | undefined;
}

/**
 * HAProxy, through which every connection of a client or a peer passes.
 */
export interface GatewayInput {
  /**
   * Image of HAProxy 2.6 or later; environment production wants it with its digest.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default the official image of HAProxy 3.2
   * @example "registry.example.com/name:1.2.3@sha256:DIGEST"
   */
  readonly image?: string | undefined;

  /**
   * Number of pods. With one, a rollout or a lost node interrupts every client.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default 2
   * @example 3
   */
  readonly replicas?: number | undefined;

  /**
   * Threads of each HAProxy.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default 2
   * @example 2
   */
  readonly threads?: number | undefined;

  /**
   * Connections that each pod holds at a time.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default 10000
   * @example 20000
   */
  readonly maxConnections?: number | undefined;

  /**
   * Seconds that a new session waits while there is no primary; then it is closed.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default 5
   * @example 10
   */
  readonly holdSeconds?: number | undefined;

  /**
   * Sessions that may wait in each pod at a time; one more is closed. Each takes up to 25 kB of memory.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default 5000
   * @example 5000
   */
  readonly holdSessions?: number | undefined;

  /**
   * New sessions a second that each pod leads over the link to a peer; the others wait.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default 400
   * @example 400
   */
  readonly linkSessionRate?: number | undefined;

  /**
   * Whether the log has a line for each connection of a client.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default false
   * @example true
   */
  readonly logConnections?: boolean | undefined;

  /**
   * CPU request of the container.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default "100m"
   * @example "100m"
   */
  readonly cpuRequest?: string | undefined;

  /**
   * Memory request of the container.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default "64Mi"
   * @example "64Mi"
   */
  readonly memoryRequest?: string | undefined;

  /**
   * Memory limit of the container.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default "512Mi"
   * @example "512Mi"
   */
  readonly memoryLimit?: string | undefined;

  /**
   * The Services dragonfly and dragonfly-ro, for clients.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   */
  readonly clients?: ClientsInput | undefined;

  /**
   * The Service dragonfly-link, for the gateways of the peers.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   */
  readonly link?: PeerLinkInput | undefined;
}

/**
 * The issuer of cert-manager that signs this site's certificate.
 */
export interface LinkIssuerInput {
  /**
   * Its name. Give each site an issuer of its own: a peer believes every certificate of an authority.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default none
   * @example "dragonfly-link"
   */
  readonly name?: string | undefined;

  /**
   * Its kind.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default "Issuer"
   * @example "ClusterIssuer"
   */
  readonly kind?: "Issuer" | "ClusterIssuer" | undefined;
}

/**
 * The encrypted connection to the peers.
 */
export interface LinkInput {
  /**
   * Who makes the certificates. secret: you, in the Secret tlsSecretName, before the pods. stack: this program, by
   * Pulumi's tls provider; pulumi up renews them in the second half of their 90 days. cert-manager: cert-manager and
   * trust-manager, which must be installed.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default "secret"
   * @example "stack"
   */
  readonly certificates?: "secret" | "stack" | "cert-manager" | undefined;

  /**
   * Secret in the site's namespace with tls.crt and tls.key (this site's), and with peer-ca.crt (the peers' CAs)
   * unless authoritiesConfigMap is given.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default "dragonfly-link-tls"
   * @example "dragonfly-link-tls"
   */
  readonly tlsSecretName?: string | undefined;

  /**
   * ConfigMap in the site's namespace with peer-ca.crt, such as trust-manager writes. With certificates cert-manager
   * and peers[].authority the program makes its Bundle.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default none
   * @example "dragonfly-link-authorities"
   */
  readonly authoritiesConfigMap?: string | undefined;

  /**
   * Generation of this site's authority, with certificates stack. Raise it by one to sign with the next authority,
   * which the peers trust since their last pulumi up.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default 1
   * @example 2
   */
  readonly authority?: number | undefined;

  /**
   * The issuer of cert-manager that signs this site's certificate.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   */
  readonly issuer?: LinkIssuerInput | undefined;
}

/**
 * The sidecar that holds the server to its role.
 */
export interface GuardInput {
  /**
   * Image of Node 20 or later, which runs the guard; environment production wants it with its digest.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default the official image of Node 20
   * @example "registry.example.com/name:1.2.3@sha256:DIGEST"
   */
  readonly image?: string | undefined;

  /**
   * CPU request of the container.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default "20m"
   * @example "20m"
   */
  readonly cpuRequest?: string | undefined;

  /**
   * Memory request of the container.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default "64Mi"
   * @example "64Mi"
   */
  readonly memoryRequest?: string | undefined;

  /**
   * Memory limit of the container.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default "96Mi"
   * @example "96Mi"
   */
  readonly memoryLimit?: string | undefined;

  /**
   * What a primary does after a restart when no peer answers. hold: it waits for the operator's peer-lost. serve: it
   * serves.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default "hold"
   * @example "serve"
   */
  readonly onPeerUnreachable?: "hold" | "serve" | undefined;

  /**
   * What a primary does whose server came back with older data than a reachable copy. recover: it takes the data
   * from the copy and goes on. hold: it waits for the operator.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default "recover"
   * @example "hold"
   */
  readonly onCrash?: "recover" | "hold" | undefined;

  /**
   * What a primary does whose server has not answered for 15 s, as with an endless script. wait: nothing. end: it
   * ends the server's process, which loads its last dump.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default "wait"
   * @example "end"
   */
  readonly onSilent?: "wait" | "end" | undefined;
}

/**
 * The Kubernetes API server, to which the guard connects.
 */
export interface ApiServerInput {
  /**
   * Addresses of the API server as the CNI sees them: "kubectl get endpoints kubernetes" prints them.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default none: must be given
   * @example "10.0.0.10/32"
   */
  readonly cidr: string;

  /**
   * Port of the API server at those addresses.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default 443
   * @example 6443
   */
  readonly port?: number | undefined;
}

/**
 * The pods of the cluster's DNS.
 */
export interface ClusterDnsInput {
  /**
   * Namespace of the pods.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default "kube-system"
   * @example "kube-system"
   */
  readonly namespace?: string | undefined;

  /**
   * Labels of the pods.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default { "k8s-app": "kube-dns" }
   * @example { "k8s-app": "kube-dns" }
   */
  readonly labels?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * NetworkPolicies of the site; the CNI has to enforce them. Whether connections that are established stay is the
 * CNI's matter.
 */
export interface NetworkInput {
  /**
   * Namespaces whose pods may connect. The resolver's namespace is added while the resolver uses the cache.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default [ "identity", "ai-system", "default" ]
   * @example [ "shop", "identity" ]
   */
  readonly clients?: readonly string[] | undefined;

  /**
   * Namespace of Prometheus, which may read the metrics.
   * "" for none.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default "monitoring"
   * @example "monitoring"
   */
  readonly monitoring?: string | undefined;

  /**
   * The Kubernetes API server, to which the guard connects.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   */
  readonly apiServer: ApiServerInput;

  /**
   * The pods of the cluster's DNS.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   */
  readonly dns?: ClusterDnsInput | undefined;

  /**
   * Addresses that the peers' gateways have and come from, behind whatever translates addresses. Needed with peers.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default []
   * @example [ "198.51.100.0/24" ]
   */
  readonly peerCidrs?: readonly string[] | undefined;

  /**
   * Domain of the cluster's Services.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default "cluster.local"
   * @example "cluster.local"
   */
  readonly clusterDomain?: string | undefined;
}

/**
 * What watches the site. Both switches have to be on: `enabled` says that the cluster has a Prometheus,
 * `dragonfly` that it shall watch this cache.
 */
export interface MonitoringInput {
  /**
   * The cluster has a Prometheus. With it the program makes PodMonitors, alerts and a dashboard.
   * A change: nothing (nothing that runs notices).
   * @default false
   * @example true
   */
  readonly enabled?: boolean | undefined;

  /**
   * It watches this cache.
   * A change: nothing (nothing that runs notices).
   * @default true
   * @example false
   */
  readonly dragonfly?: boolean | undefined;

  /**
   * operator: the Prometheus Operator's kinds PodMonitor and PrometheusRule, which must be installed. annotations:
   * the pods carry prometheus.io/scrape, port and path, and no rule is made; the link's certificates, on a second
   * path of the gateway, are then not read.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default "operator"
   * @example "annotations"
   */
  readonly scrape?: "operator" | "annotations" | undefined;

  /**
   * Labels by which the Prometheus Operator picks PodMonitors and rules.
   * A change: nothing (nothing that runs notices).
   * @default {}
   * @example { "release": "kube-prometheus-stack" }
   */
  readonly labels?: Readonly<Record<string, string | undefined>> | undefined;

  /**
   * Label, of value "1", by which Grafana's sidecar finds the dashboard.
   * A change: nothing (nothing that runs notices).
   * @default "grafana_dashboard"
   * @example "grafana_dashboard"
   */
  readonly dashboardLabel?: string | undefined;

  /**
   * Address of docs/runbook.md as the readers of an alert reach it; each alert links to its section.
   * A change: nothing (nothing that runs notices).
   * @default "docs/runbook.md"
   * @example "https://git.example.com/dragonfly-dr/docs/runbook.md"
   */
  readonly runbook?: string | undefined;
}

/**
 * What pruning keeps.
 */
export interface RetentionInput {
  /**
   * Every snapshot of the last so many days is kept.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default 14
   * @example 30
   */
  readonly days?: number | undefined;

  /**
   * The newest so many snapshots are kept, however old.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default 3
   * @example 3
   */
  readonly least?: number | undefined;
}

/**
 * An S3-compatible server such as RustFS or MinIO. Its bucket and user are made outside of this program.
 */
export interface S3Input {
  /**
   * URL of the server: http:// or https://, host and port.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default none: must be given
   * @example "http://rustfs-svc.storage.svc.cluster.local:9000"
   */
  readonly endpoint: string;

  /**
   * Bucket, which exists already.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default none: must be given
   * @example "dragonfly-backups"
   */
  readonly bucket: string;

  /**
   * Region that requests are signed for.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default "us-east-1"
   * @example "us-east-1"
   */
  readonly region?: string | undefined;

  /**
   * Namespace of the server's pods, when they run in this cluster.
   * "" for none.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default the namespace in the endpoint's name, where that is NAME.NAMESPACE.svc
   * @example "storage"
   */
  readonly namespace?: string | undefined;

  /**
   * Addresses of the server. Needed where neither the endpoint nor namespace says where it is.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default the endpoint's address, where it is one
   * @example [ "10.20.30.40/32" ]
   */
  readonly cidrs?: readonly string[] | undefined;
}

/**
 * Another region's bucket, made by its own stack, to which S3 copies every snapshot.
 */
export interface BucketReplicaInput {
  /**
   * ARN of the bucket, which has versioning on.
   * A change: nothing (nothing that runs notices).
   * @default none: must be given
   * @example "arn:aws:s3:::example-cache-snapshots-eu-west-1"
   */
  readonly bucketArn: string;

  /**
   * ARN of a KMS key of that region; needed with snapshots.aws.kmsKeyArn, as a key stays in its region.
   * A change: nothing (nothing that runs notices).
   * @default none
   * @example "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
   */
  readonly kmsKeyArn?: string | undefined;
}

/**
 * A bucket of AWS that the stack makes and protects.
 */
export interface AwsInput {
  /**
   * Name of the bucket. A change makes another bucket; the old one and its snapshots stay.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default none: must be given
   * @example "example-cache-snapshots-eu-central-1"
   */
  readonly bucket: string;

  /**
   * Region of the bucket.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default none: must be given
   * @example "eu-central-1"
   */
  readonly region: string;

  /**
   * Addresses of S3 as the cluster reaches them (the VPC endpoint's prefix list), and of the token service with
   * oidcProviderArn.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default none: must be given
   * @example [ "10.10.16.0/24" ]
   */
  readonly cidrs: readonly string[];

  /**
   * KMS key that encrypts the objects. Not given: S3's own key. Older snapshots stay under the earlier key.
   * A change: nothing (nothing that runs notices).
   * @default none
   * @example "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
   */
  readonly kmsKeyArn?: string | undefined;

  /**
   * The cluster's OIDC provider, on EKS: the server's ServiceAccount takes an IAM role (IRSA). Not given: an IAM
   * user with an access key in Secret dragonfly-s3.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   * @default none
   * @example "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE"
   */
  readonly oidcProviderArn?: string | undefined;

  /**
   * Days after which S3 removes a snapshot; more than retention.days, whose pruning keeps the last good one.
   * 0 for none.
   * A change: nothing (nothing that runs notices).
   * @default 90
   * @example 90
   */
  readonly expireDays?: number | undefined;

  /**
   * Days for which S3 keeps overwritten and deleted objects.
   * A change: nothing (nothing that runs notices).
   * @default 30
   * @example 30
   */
  readonly expireOldVersionsDays?: number | undefined;

  /**
   * Another region's bucket, made by its own stack, to which S3 copies every snapshot.
   * A change: nothing (nothing that runs notices).
   */
  readonly replicateTo?: BucketReplicaInput | null | undefined;
}

/**
 * Snapshots of the data. They go to one of s3 and aws; with neither, dumps stay on the server's own volume. To add
 * or remove s3 or aws: replace the pod.
 */
export interface SnapshotsInput {
  /**
   * When a snapshot is taken, and the server dumps to its own volume.
   * "" for none.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default "0 *\/6 * * *"
   * @example "0 * * * *"
   */
  readonly cron?: string | undefined;

  /**
   * When the newest snapshot is restored into a throwaway server, to prove that it can be.
   * "" for none.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default "0 3 * * 0"
   * @example "0 3 * * 0"
   */
  readonly drillCron?: string | undefined;

  /**
   * What pruning keeps.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   */
  readonly retention?: RetentionInput | undefined;

  /**
   * Whether a server that starts with an empty disk loads its newest snapshot while its peers are unreachable.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default false
   * @example true
   */
  readonly restoreWhenEmpty?: boolean | undefined;

  /**
   * An S3-compatible server such as RustFS or MinIO. Its bucket and user are made outside of this program.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   */
  readonly s3?: S3Input | null | undefined;

  /**
   * A bucket of AWS that the stack makes and protects.
   * A change: nothing (nothing that runs notices).
   */
  readonly aws?: AwsInput | null | undefined;
}

/**
 * The DNS resolvers that share their answers through the cache (docs/resolver.md).
 */
export interface ResolverInput {
  /**
   * Whether there are resolvers. While they use the cache, their namespace is one of its clients.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default false
   * @example true
   */
  readonly enabled?: boolean | undefined;

  /**
   * builtin: this program's own. routedns: reads and writes at the primary. heimdall: keeps to its local cache, as
   * upstream never wired the shared one.
   * A change: rolls the resolver (the resolver's pods are replaced one by one; the cache is not touched).
   * @default "builtin"
   * @example "heimdall"
   */
  readonly implementation?: "builtin" | "routedns" | "heimdall" | undefined;

  /**
   * Image of the resolver; environment production wants it with its digest. Not given: the official image of Node 20
   * for builtin; the others need one.
   * A change: rolls the resolver (the resolver's pods are replaced one by one; the cache is not touched).
   * @default none
   * @example "registry.example.com/name:1.2.3@sha256:DIGEST"
   */
  readonly image?: string | undefined;

  /**
   * Namespace for the resolver alone; the stack makes it. A change makes new Services.
   * A change: rolls the resolver (the resolver's pods are replaced one by one; the cache is not touched).
   * @default "dns"
   * @example "dns"
   */
  readonly namespace?: string | undefined;

  /**
   * The fewest pods.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default 3
   * @example 3
   */
  readonly replicas?: number | undefined;

  /**
   * The most pods that the autoscaler makes. With the value of replicas there is no autoscaler.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default 9
   * @example 9
   */
  readonly maxReplicas?: number | undefined;

  /**
   * Use of cpuRequest, in percent, above which the autoscaler adds pods.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default 70
   * @example 70
   */
  readonly targetCpuPercent?: number | undefined;

  /**
   * DNS servers that the resolver asks. Needed while it is enabled.
   * A change: rolls the resolver (the resolver's pods are replaced one by one; the cache is not touched).
   * @default []
   * @example [ "10.0.0.2", "10.0.0.3:5353" ]
   */
  readonly upstreams?: readonly string[] | undefined;

  /**
   * Namespaces whose pods may ask.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default [ "identity", "ai-system", "default" ]
   * @example [ "identity", "ai-system", "default" ]
   */
  readonly clients?: readonly string[] | undefined;

  /**
   * Addresses that may ask, such as those of nodes with a DNS cache of their own.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default []
   * @example [ "10.0.0.0/16" ]
   */
  readonly clientCidrs?: readonly string[] | undefined;

  /**
   * Address of the Service, for resolv.conf and forwarders, which take no names. Not given: Kubernetes chooses. A
   * change makes a new Service.
   * A change: rolls the resolver (the resolver's pods are replaced one by one; the cache is not touched).
   * @default none
   * @example "10.96.0.53"
   */
  readonly clusterIP?: string | undefined;

  /**
   * Local cache of a pod.
   * A change: rolls the resolver (the resolver's pods are replaced one by one; the cache is not touched).
   * @default "64Mi"
   * @example "128Mi"
   */
  readonly cacheSize?: string | undefined;

  /**
   * Processes that answer in a pod.
   * A change: rolls the resolver (the resolver's pods are replaced one by one; the cache is not touched).
   * @default 2
   * @example 2
   */
  readonly workers?: number | undefined;

  /**
   * CPU request of the container, in which the autoscaler counts.
   * A change: rolls the resolver (the resolver's pods are replaced one by one; the cache is not touched).
   * @default "500m"
   * @example "500m"
   */
  readonly cpuRequest?: string | undefined;

  /**
   * Memory request of the container.
   * A change: rolls the resolver (the resolver's pods are replaced one by one; the cache is not touched).
   * @default "256Mi"
   * @example "256Mi"
   */
  readonly memoryRequest?: string | undefined;

  /**
   * Memory limit of the container.
   * A change: rolls the resolver (the resolver's pods are replaced one by one; the cache is not touched).
   * @default "512Mi"
   * @example "512Mi"
   */
  readonly memoryLimit?: string | undefined;

  /**
   * Further HEIMDALL_… variables (docs/resolver.md). A variable that the program sets is refused.
   * A change: rolls the resolver (the resolver's pods are replaced one by one; the cache is not touched).
   * @default {}
   * @example { "HEIMDALL_LOG_LEVEL": "debug" }
   */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * A site: one region's cache.
 */
export interface SiteArgs {
  /**
   * Name of this site, for ever, whatever its role: a DNS label of at most 32 characters.
   * A change: data (the data of this site is lost or left behind).
   * @default none: must be given
   * @example "primary"
   */
  readonly site: string;

  /**
   * Namespace for this site alone; the stack makes it. A change makes a new, empty cache.
   * A change: data (the data of this site is lost or left behind).
   * @default "cache"
   * @example "cache"
   */
  readonly namespace?: string | undefined;

  /**
   * production: every image must be given with its digest. lab: no such check.
   * A change: nothing (nothing that runs notices).
   * @default "production"
   * @example "lab"
   */
  readonly environment?: "production" | "lab" | undefined;

  /**
   * The other sites. A site without peers is alone.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   * @default []
   * @example [ { "site": "dr", "address": "link.dr.example.com" } ]
   */
  readonly peers?: readonly PeerInput[] | undefined;

  /**
   * The server of a site.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   */
  readonly server?: ServerInput | undefined;

  /**
   * The unnamed user. locked: nobody logs in as it. password: clients that know a password and no user name may; all
   * data, no administration. A change to locked ends its sessions.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default "locked"
   * @example "password"
   */
  readonly defaultUser?: "locked" | "password" | undefined;

  /**
   * The applications' users, the same list in every site. A list that is given replaces the five default users:
   * those that are not in it lose their passwords and their sessions. Use extraUsers to add to them. Passwords are
   * generated, never written here.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default [ { "name": "keycloak", "keys": [ "keycloak:*" ], "channels": [], "commands": [ "+@all", "-@dangerous",
   * "+INFO" ], "scope": "own" }, { "name": "appcache", "keys": [ "cache:*" ], "channels": [], "commands": [ "+@all",
   * "-@dangerous", "+INFO" ], "scope": "own" }, { "name": "litellm", "keys": [ "litellm:*" ], "channels": [],
   * "commands": [ "+@all", "-@dangerous", "+INFO" ], "scope": "own" }, { "name": "langfuse", "keys": [ "*" ],
   * "channels": [], "commands": [ "+@all", "-@dangerous", "+INFO", "+CONFIG" ], "scope": "wide" }, { "name":
   * "heimdall", "keys": [ "heimdall:dns:cache:*" ], "channels": [ "heimdall:dns:cache:invalidate" ], "commands": [
   * "-@all", "+AUTH", "+GET", "+SET", "+DEL", "+PUBLISH", "+SUBSCRIBE" ], "scope": "own" } ]
   * @example [ { "name": "keycloak", "keys": [ "keycloak:*" ], "channels": [], "commands": [ "+@all", "-@dangerous",
   * "+INFO" ], "scope": "own" }, { "name": "appcache", "keys": [ "cache:*" ], "channels": [], "commands": [ "+@all",
   * "-@dangerous", "+INFO" ], "scope": "own" }, { "name": "litellm", "keys": [ "litellm:*" ], "channels": [],
   * "commands": [ "+@all", "-@dangerous", "+INFO" ], "scope": "own" }, { "name": "langfuse", "keys": [ "*" ],
   * "channels": [], "commands": [ "+@all", "-@dangerous", "+INFO", "+CONFIG" ], "scope": "wide" }, { "name":
   * "heimdall", "keys": [ "heimdall:dns:cache:*" ], "channels": [ "heimdall:dns:cache:invalidate" ], "commands": [
   * "-@all", "+AUTH", "+GET", "+SET", "+DEL", "+PUBLISH", "+SUBSCRIBE" ], "scope": "own" } ]
   */
  readonly users?: readonly UserInput[] | undefined;

  /**
   * Users beside those of users; the same list in every site.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   * @default []
   * @example [ { "name": "shop", "keys": [ "shop:*" ], "commands": [ "+@all", "-@dangerous" ] } ]
   */
  readonly extraUsers?: readonly UserInput[] | undefined;

  /**
   * HAProxy, through which every connection of a client or a peer passes.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   */
  readonly gateway?: GatewayInput | undefined;

  /**
   * The encrypted connection to the peers.
   * A change: rolls (the gateway's pods are replaced one by one: connections break once, no data is touched).
   */
  readonly link?: LinkInput | undefined;

  /**
   * The sidecar that holds the server to its role.
   * A change: replace the pod ("pulumi up" only writes it down until the server's pod is replaced: docs/runbook.md,
   * Changes).
   */
  readonly guard?: GuardInput | undefined;

  /**
   * NetworkPolicies of the site; the CNI has to enforce them. Whether connections that are established stay is the
   * CNI's matter.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   */
  readonly network: NetworkInput;

  /**
   * What watches the site. Both switches have to be on: `enabled` says that the cluster has a Prometheus,
   * `dragonfly` that it shall watch this cache.
   * A change: nothing (nothing that runs notices).
   */
  readonly monitoring?: MonitoringInput | undefined;

  /**
   * Snapshots of the data. They go to one of s3 and aws; with neither, dumps stay on the server's own volume. To add
   * or remove s3 or aws: replace the pod.
   * A change: at once (the guard or Kubernetes applies it within a minute; nothing restarts).
   */
  readonly snapshots?: SnapshotsInput | undefined;

  /**
   * The DNS resolvers that share their answers through the cache (docs/resolver.md).
   * A change: rolls the resolver (the resolver's pods are replaced one by one; the cache is not touched).
   */
  readonly resolver?: ResolverInput | undefined;
}
