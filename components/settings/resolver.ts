/** `builtin`: this program's own; the others for comparison, or where they are in use already. */
export type ResolverImplementation = "builtin" | "routedns" | "heimdall";

/**
 * The DNS resolvers that share their answers through the cache. A change rolls their pods one by one, which nobody
 * notices;
 * nothing here touches the cache's data, and only `enabled` and `namespace` touch its gateway's NetworkPolicy, at once.
 */
export interface ResolverSettings {
  /** Default false: no resolver, and no way into the cache for one. */
  readonly enabled: boolean;
  /**
   * Default builtin. `routedns` reads and writes at the primary; `heimdall` keeps to its local cache, as upstream never
   * wired the shared one.
   */
  readonly implementation: ResolverImplementation;
  /** Default: the official Node 20, for builtin; the others name their own. In production with its digest. */
  readonly image: string;
  /**
   * Of its own, and not the cache's: what strangers' packets reach stays apart. Default dns. A change makes new
   * Services.
   */
  readonly namespace: string;
  /** The fewest pods. Default 3. */
  readonly replicas: number;
  /** The most pods that the autoscaler makes; with `replicas` there is no autoscaler. Default 9. */
  readonly maxReplicas: number;
  /** Use of `cpuRequest`, in percent, above which pods are added. Default 70. */
  readonly targetCpuPercent: number;
  /** IP addresses of DNS servers, with `:port` where it is not 53. No default. */
  readonly upstreams: readonly string[];
  /** Namespaces whose pods may ask. Default identity, ai-system, default. At once. */
  readonly clients: readonly string[];
  /** Addresses that may ask, such as those of nodes with a DNS cache of their own. Default none. At once. */
  readonly clientCidrs: readonly string[];
  /**
   * The Service's own address, for resolv.conf and forwarders, which take no names; "" (default) lets Kubernetes
   * choose. A change makes a new Service.
   */
  readonly clusterIP: string;
  /** The local cache (L1) of one pod. Default 64Mi. */
  readonly cacheSize: string;
  /** Processes that answer in one pod. Default 2. */
  readonly workers: number;
  /** Cores. Default 500m: the autoscaler counts in it. */
  readonly cpuRequest: string;
  /** Default 256Mi. */
  readonly memoryRequest: string;
  /** Default 512Mi. */
  readonly memoryLimit: string;
  /** Further HEIMDALL_… variables (docs/resolver.md). Default none. */
  readonly environment: Readonly<Record<string, string>>;
}

export const resolverDefaults: ResolverSettings = {
  enabled: false,
  implementation: "builtin",
  image: "",
  namespace: "dns",
  replicas: 3,
  maxReplicas: 9,
  targetCpuPercent: 70,
  upstreams: [],
  clients: ["identity", "ai-system", "default"],
  clientCidrs: [],
  clusterIP: "",
  cacheSize: "64Mi",
  workers: 2,
  cpuRequest: "500m",
  memoryRequest: "256Mi",
  memoryLimit: "512Mi",
  environment: {},
};

type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** What is said of the resolver; the rest has defaults. */
export type ResolverGiven = Omit<Loose<ResolverSettings>, "environment"> & {
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
};

/** @param builtinImage what `builtin` runs in where no image is named. */
export function withResolverDefaults(given: ResolverGiven = {}, builtinImage: string): ResolverSettings {
  const settings: ResolverSettings = {
    ...resolverDefaults,
    ...present(given),
    environment: present(given.environment ?? {}),
  };
  return {
    ...settings,
    image: settings.image === "" && settings.implementation === "builtin" ? builtinImage : settings.image,
  };
}

const present = <T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
