/** Units as Grafana names them. */
export type Unit = "short" | "bytes" | "s" | "percentunit" | "ops" | "reqps" | "dtdurations";

export interface Query {
  /** PromQL; `$namespace` is the dashboard's variable. */
  readonly expr: string;
  /** By Prometheus' labels: `{{site}}`. */
  readonly legend: string;
}

/** One panel of the dashboard; `state` shows the last value large, the others draw lines. */
export interface Panel {
  readonly title: string;
  readonly kind: "lines" | "state";
  readonly unit: Unit;
  readonly queries: readonly Query[];
  readonly description?: string;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const here = 'namespace=~"$namespace"';
const lines = (title: string, unit: Unit, queries: readonly Query[], description?: string): Panel => ({
  title,
  kind: "lines",
  unit,
  queries,
  ...(description === undefined ? {} : { description }),
});
const state = (title: string, unit: Unit, query: Query, description?: string): Panel => ({
  ...lines(title, unit, [query], description),
  kind: "state",
});
const bySite = (metric: string): Query => ({ expr: `max by (site) (${metric}{${here}})`, legend: "{{site}}" });
const rate = (metric: string, by: string): Query => ({
  expr: `sum by (${by}) (rate(${metric}{${here}}[$__rate_interval]))`,
  legend: `{{${by}}}`,
});

const sites: Row = {
  title: "Sites and roles",
  panels: [
    state("Serving", "short", bySite("dragonfly_dr_serving"), "1: clients may write at this site."),
    state("Epoch", "short", bySite("dragonfly_dr_epoch"), "Grows with every change of role."),
    state("Server answers", "short", bySite("dragonfly_dr_server_up")),
    state("API server reachable", "short", bySite("dragonfly_dr_api_server_reachable")),
    lines("Serving over time", "short", [bySite("dragonfly_dr_serving")]),
    lines("Starts of the server", "short", [bySite("dragonfly_dr_server_runs")]),
  ],
};

const replication: Row = {
  title: "Replication and link",
  panels: [
    lines("Lag by the primary's clock", "s", [
      { expr: `max by (site, peer) (dragonfly_dr_peer_lag_seconds{${here}})`, legend: "{{site}} → {{peer}}" },
    ]),
    lines("Copies in sync", "short", [bySite("dragonfly_dr_in_sync")]),
    lines("Peers reachable", "short", [
      { expr: `min by (site, peer) (dragonfly_dr_peer_reachable{${here}})`, legend: "{{site}} → {{peer}}" },
    ]),
    lines("Writes that never reached the new primary, at most", "short", [
      bySite("dragonfly_dr_divergence_writes_upper_bound"),
    ]),
    state("Link certificate expires in", "dtdurations", {
      expr: `min by (site) (dragonfly_dr_link_certificate_expiry_timestamp_seconds{${here}}) - time()`,
      legend: "{{site}}",
    }),
    lines("Heartbeats refused", "short", [bySite("dragonfly_dr_heartbeat_failures")]),
  ],
};

const server: Row = {
  title: "Memory, clients and commands",
  panels: [
    lines("Memory", "bytes", [
      { ...bySite("dragonfly_dr_server_memory_used_bytes"), legend: "{{site}} used" },
      { ...bySite("dragonfly_dr_server_memory_max_bytes"), legend: "{{site}} maxmemory" },
    ]),
    lines("Evicted and expired keys", "ops", [
      { ...rate("dragonfly_dr_server_evicted_keys_total", "site"), legend: "{{site}} evicted" },
      { ...rate("dragonfly_dr_server_expired_keys_total", "site"), legend: "{{site}} expired" },
    ]),
    lines("Connections", "short", [bySite("dragonfly_dr_server_connected_clients")]),
    lines("Commands", "ops", [rate("dragonfly_dr_server_commands_total", "site")]),
    lines("Hit rate of the keyspace", "percentunit", [
      {
        expr:
          `sum by (site) (rate(dragonfly_dr_server_keyspace_hits_total{${here}}[$__rate_interval])) / ` +
          `(sum by (site) (rate(dragonfly_dr_server_keyspace_hits_total{${here}}[$__rate_interval])) + ` +
          `sum by (site) (rate(dragonfly_dr_server_keyspace_misses_total{${here}}[$__rate_interval])))`,
        legend: "{{site}}",
      },
    ]),
    lines("Denied by the ACL", "ops", [rate("dragonfly_dr_server_acl_denied_total", "site")]),
  ],
};

const gateway: Row = {
  title: "Gateway",
  panels: [
    lines("Connections of clients", "short", [
      {
        expr: `sum by (pod) (haproxy_frontend_current_sessions{${here},proxy="clients"})`,
        legend: "{{pod}}",
      },
    ]),
    lines("New connections", "ops", [
      {
        expr: `sum by (pod) (rate(haproxy_frontend_sessions_total{${here},proxy="clients"}[$__rate_interval]))`,
        legend: "{{pod}}",
      },
    ]),
    lines("Primaries that can be reached", "short", [
      {
        expr:
          `sum by (pod) (haproxy_backend_active_servers{${here},proxy="primary"}) + ` +
          `sum by (pod) (haproxy_backend_backup_servers{${here},proxy="primary"})`,
        legend: "{{pod}}",
      },
    ]),
  ],
};

const snapshots: Row = {
  title: "Snapshots and drills",
  panels: [
    state("Age of the newest snapshot", "dtdurations", bySite("dragonfly_dr_snapshot_age_seconds")),
    state("Age of the last proof", "dtdurations", bySite("dragonfly_dr_snapshot_proven_age_seconds")),
    lines("Size of the newest snapshot", "bytes", [bySite("dragonfly_dr_snapshot_bytes")]),
    lines("Duration", "s", [bySite("dragonfly_dr_snapshot_duration_seconds")]),
  ],
};

const resolver: Row = {
  title: "Resolver",
  panels: [
    lines("Queries", "reqps", [rate("heimdall_queries_total", "transport")]),
    lines("Hits by tier", "ops", [rate("heimdall_cache_hits_total", "tier")]),
    lines("Failures", "ops", [rate("heimdall_failures_total", "namespace")]),
    lines("Time to an answer, p99", "s", [
      {
        expr:
          "histogram_quantile(0.99, sum by (le, origin) " +
          `(rate(heimdall_query_duration_seconds_bucket{${here}}[$__rate_interval])))`,
        legend: "{{origin}}",
      },
    ]),
  ],
};

/** The rows of the dashboard; those of what a site has not are left out. */
export const rows = (watched: { readonly snapshots: boolean; readonly resolver: boolean }): readonly Row[] => [
  sites,
  replication,
  server,
  gateway,
  ...(watched.snapshots ? [snapshots] : []),
  ...(watched.resolver ? [resolver] : []),
];
