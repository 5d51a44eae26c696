import { seedUsers } from "../../server/acl/seed";
import { ports } from "../../server/ports";
import { images } from "./images";
import { cacheUse } from "../resolver/cacheUse";
import { resolverDefaults, withResolverDefaults, type ResolverSettings } from "./resolver";
import { snapshotDefaults, withSnapshotDefaults } from "./snapshots";
import type { SiteArgs, SiteSettings } from "./site";
import type { UserSettings } from "./users";

/** The applications of the cache that this program replaces; langfuse's queues may have any name. */
const users: readonly UserSettings[] = seedUsers.map(({ name, keys, channels, commands }) => ({
  name,
  keys: name === "langfuse" ? ["*"] : keys,
  channels,
  commands,
  scope: name === "langfuse" ? "wide" : "own",
}));

/** Where nothing else is said. `site` and the address of the API server have no default. */
export const siteDefaults: SiteSettings = {
  site: "",
  namespace: "cache",
  environment: "production",
  peers: [],
  server: {
    engine: "dragonfly",
    image: images.dragonfly,
    threads: 2,
    maxmemory: "512mb",
    cacheMode: true,
    cpuRequest: "100m",
    cpuLimit: "",
    memoryRequest: "256Mi",
    memoryLimit: "1Gi",
    storage: { size: "5Gi", className: "" },
    slowlog: { thresholdMicroseconds: 10_000, maxLength: 128 },
    bullmq: "undeclared-keys",
    extraArgs: [],
  },
  defaultUser: "locked",
  users,
  gateway: {
    image: images.haproxy,
    replicas: 2,
    threads: 2,
    maxConnections: 10_000,
    cpuRequest: "100m",
    memoryRequest: "64Mi",
    memoryLimit: "512Mi",
    clients: { type: "ClusterIP", nodePort: 0, readOnlyNodePort: 0, annotations: {}, allowedSources: [] },
    link: { type: "LoadBalancer", nodePort: 0, annotations: {}, allowedSources: [] },
  },
  link: { tlsSecretName: "dragonfly-link-tls" },
  guard: {
    image: images.node,
    cpuRequest: "20m",
    memoryRequest: "64Mi",
    memoryLimit: "96Mi",
    onPeerUnreachable: "hold",
  },
  network: {
    clients: ["identity", "ai-system", "default"],
    monitoring: "monitoring",
    apiServer: { cidr: "", port: 443 },
    dns: { namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
    peerCidrs: [],
    clusterDomain: "cluster.local",
  },
  snapshots: snapshotDefaults,
  resolver: resolverDefaults,
};

/** Fills in the defaults; lists and maps of labels or annotations are taken whole. */
export function withDefaults(args: SiteArgs): SiteSettings {
  const { server, gateway, network } = siteDefaults;
  // BullMQ's modes are Dragonfly's flags; Redis lets its scripts in as they are.
  const resolver = withResolverDefaults(args.resolver, images.node);
  const bullmq = args.server?.engine === "redis" ? "off" : server.bullmq;
  return {
    ...siteDefaults,
    ...args,
    peers: (args.peers ?? []).map((peer) => ({ port: ports.link, ...peer })),
    users: args.users?.map((user) => ({ channels: [], scope: "own" as const, ...user })) ?? siteDefaults.users,
    server: {
      ...server,
      bullmq,
      ...args.server,
      storage: { ...server.storage, ...args.server?.storage },
      slowlog: { ...server.slowlog, ...args.server?.slowlog },
    },
    gateway: {
      ...gateway,
      ...args.gateway,
      clients: { ...gateway.clients, ...args.gateway?.clients, annotations: mapOf(args.gateway?.clients?.annotations) },
      link: { ...gateway.link, ...args.gateway?.link, annotations: mapOf(args.gateway?.link?.annotations) },
    },
    link: { ...siteDefaults.link, ...args.link },
    guard: { ...siteDefaults.guard, ...args.guard },
    network: {
      ...network,
      ...args.network,
      clients: clientsWith(resolver, args.network?.clients ?? network.clients),
      apiServer: { ...network.apiServer, ...args.network?.apiServer },
      dns: {
        namespace: args.network?.dns?.namespace ?? network.dns.namespace,
        labels: args.network?.dns?.labels === undefined ? network.dns.labels : mapOf(args.network.dns.labels),
      },
    },
    snapshots: withSnapshotDefaults(args.snapshots),
    resolver,
  };
}

/** The resolver is a client like any other, whose namespace nobody has to name twice. */
const clientsWith = (resolver: ResolverSettings, clients: readonly string[]): readonly string[] =>
  cacheUse(resolver) !== "none" && !clients.includes(resolver.namespace) ? [...clients, resolver.namespace] : clients;

/** A map whose every value is there. */
function mapOf(given: Readonly<Record<string, string | undefined>> | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(given ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
