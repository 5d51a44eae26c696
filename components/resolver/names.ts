/** Names of the resolver's objects (docs/architecture.md): they do not change. */
export const resolverNames = {
  deployment: "resolver",
  service: "resolver",
  metricsService: "resolver-metrics",
  serviceAccount: "resolver",
  bundle: "resolver",
  /** With the password of the cache's user, and no other. */
  password: "resolver-redis",
  /** RouteDNS has its password in its configuration: a Secret. */
  configuration: "resolver-configuration",
  policy: "resolver",
} as const;

/** What selects the resolver's pods, from the cache's namespace too. */
export const resolverSelector: Readonly<Record<string, string>> = {
  "app.kubernetes.io/name": "resolver",
  "app.kubernetes.io/component": "resolver",
};

export const resolverLabels = (site: string): Readonly<Record<string, string>> => ({
  ...resolverSelector,
  "app.kubernetes.io/part-of": "dragonfly-dr",
  "dragonfly-dr.io/site": site,
});
