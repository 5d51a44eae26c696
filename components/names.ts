/** Names of a site's objects (docs/architecture.md). Commands, policies and runbooks know them: they do not change. */
export const names = {
  statefulSet: "dragonfly",
  serviceAccount: "dragonfly",
  serverService: "dragonfly-server",
  metricsService: "dragonfly-metrics",
  clientService: "dragonfly",
  readOnlyService: "dragonfly-ro",
  linkService: "dragonfly-link",
  sourceService: "dragonfly-source",
  gateway: "dragonfly-gateway",
  passwords: "dragonfly-passwords",
  acl: "dragonfly-acl",
  site: "dragonfly-site",
  guard: "dragonfly-guard",
  s3: "dragonfly-s3",
  snapshots: "dragonfly-snapshots",
} as const;

export type Component = "server" | "gateway" | "drill";

/** What selects a component's pods. */
export const selectorLabels = (component: Component): Readonly<Record<string, string>> => ({
  "app.kubernetes.io/name": "dragonfly",
  "app.kubernetes.io/component": component,
});

/** Labels of an object; those that belong to neither component have none of the two. */
export const objectLabels = (site: string, component?: Component): Readonly<Record<string, string>> => ({
  "app.kubernetes.io/name": "dragonfly",
  ...(component === undefined ? {} : selectorLabels(component)),
  "app.kubernetes.io/part-of": "dragonfly-dr",
  "dragonfly-dr.io/site": site,
});

/** The name that a site's certificate carries, and under it those of its two doors. */
export const linkName = (site: string): string => `${site}.dragonfly-dr`;
export const linkServerName = (site: string): string => `server.${linkName(site)}`;
export const linkGuardName = (site: string): string => `guard.${linkName(site)}`;
