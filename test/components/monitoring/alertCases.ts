/** Series for promtool: a value every 15 s, in its notation (`1x40` is forty-one ones). */
export interface AlertCase {
  readonly alert: string;
  /** Series by which it fires at `at`. */
  readonly fires: Readonly<Record<string, string>>;
  /** Series as they are when all is well, or nearly. */
  readonly quiet: Readonly<Record<string, string>>;
  /** When it is looked at. */
  readonly at: string;
}

const own = 'namespace="cache",site="primary"';
const peer = 'namespace="cache",site="primary",peer="dr"';
const series = (metric: string, labels: string = own): string => `${metric}{${labels}}`;
const one = (
  alert: string,
  at: string,
  metric: string,
  fires: string,
  quiet: string,
  labels: string = own,
): AlertCase => ({
  alert,
  at,
  fires: { [series(metric, labels)]: fires },
  quiet: { [series(metric, labels)]: quiet },
});

const SERVING = series("dragonfly_dr_serving");
const PEER_SERVING = series("dragonfly_dr_peer_serving", peer);
const PEER_IN_SYNC = series("dragonfly_dr_peer_in_sync", peer);
const gateway = 'namespace="cache",pod="dragonfly-gateway-a"';
const dns = 'namespace="dns",pod="resolver-a"';

export const alertCases: readonly AlertCase[] = [
  {
    alert: "DragonflyNobodyServes",
    at: "2m",
    fires: { [SERVING]: "0x40", [PEER_SERVING]: "0x40" },
    quiet: { [SERVING]: "0x40", [PEER_SERVING]: "1x40" },
  },
  {
    alert: "DragonflyNobodyServes",
    at: "2m",
    // A site without a peer, or one that is cut off from it.
    fires: { [SERVING]: "0x40" },
    // Shorter than a switchover may take.
    quiet: { [SERVING]: "1 1 1 1 1 1 0 1x40" },
  },
  {
    alert: "DragonflyTwoServe",
    at: "2m",
    fires: { [SERVING]: "1x40", [PEER_SERVING]: "1x40" },
    quiet: { [SERVING]: "1x40", [PEER_SERVING]: "0x40" },
  },
  {
    alert: "DragonflyNoCopy",
    at: "10m",
    fires: { [SERVING]: "1x60", [PEER_IN_SYNC]: "0x60" },
    quiet: { [SERVING]: "1x60", [PEER_IN_SYNC]: "1x60" },
  },
  {
    alert: "DragonflyNoCopy",
    at: "10m",
    fires: { [SERVING]: "1x60" },
    // The replica's own Prometheus has nothing to say.
    quiet: { [SERVING]: "0x60", [PEER_IN_SYNC]: "0x60" },
  },
  one("DragonflyReplicationLag", "5m", "dragonfly_dr_peer_lag_seconds", "12x40", "0.4x40", peer),
  one("DragonflyLinkDown", "5m", "dragonfly_dr_peer_reachable", "0x40", "1 1 0 1x40", peer),
  one("DragonflyApiServerUnreachable", "10m", "dragonfly_dr_api_server_reachable", "0x60", "1x60"),
  one("DragonflyDivergence", "1m", "dragonfly_dr_divergence_writes_upper_bound", "1198x40", "0x40"),
  one(
    "DragonflyLinkCertificateExpires",
    "10m",
    "dragonfly_dr_link_certificate_expiry_timestamp_seconds",
    `${13 * 86_400}x60`,
    `${60 * 86_400}x60`,
  ),
  one(
    "DragonflyLinkCertificateExpires",
    "10m",
    "dragonfly_dr_link_authorities_expiry_timestamp_seconds",
    `${20 * 86_400}x60`,
    `${90 * 86_400}x60`,
  ),
  one("DragonflyLinkRenewalFails", "10m", "dragonfly_dr_link_renewal_failing", "1x60", "0x60"),
  {
    alert: "DragonflyGatewayNoPrimary",
    at: "5m",
    fires: {
      [`haproxy_backend_active_servers{${gateway},proxy="primary"}`]: "0x40",
      [`haproxy_backend_backup_servers{${gateway},proxy="primary"}`]: "0x40",
    },
    quiet: {
      [`haproxy_backend_active_servers{${gateway},proxy="primary"}`]: "0x40",
      [`haproxy_backend_backup_servers{${gateway},proxy="primary"}`]: "1x40",
    },
  },
  {
    alert: "DragonflyGatewayConnectionsHigh",
    at: "10m",
    fires: {
      [`haproxy_process_current_connections{${gateway}}`]: "9000x60",
      [`haproxy_process_max_connections{${gateway}}`]: "10000x60",
    },
    quiet: {
      [`haproxy_process_current_connections{${gateway}}`]: "700x60",
      [`haproxy_process_max_connections{${gateway}}`]: "10000x60",
    },
  },
  one("DragonflyDown", "5m", "dragonfly_dr_server_up", "0x40", "1 1 0 0 1x40"),
  one("DragonflyDown", "5m", "up", "0x40", "1x40", 'namespace="cache",job="cache/dragonfly-server"'),
  one("DragonflyServerRestarts", "10m", "dragonfly_dr_server_runs", "1 2 3 4 5 6x40", "1x20 2x40"),
  {
    alert: "DragonflyMemoryHigh",
    at: "10m",
    fires: {
      [series("dragonfly_dr_server_memory_used_bytes")]: "95x60",
      [series("dragonfly_dr_server_memory_max_bytes")]: "100x60",
    },
    // 0: the server sets no limit.
    quiet: {
      [series("dragonfly_dr_server_memory_used_bytes")]: "95x60",
      [series("dragonfly_dr_server_memory_max_bytes")]: "0x60",
    },
  },
  one("DragonflyEvictionsHigh", "15m", "dragonfly_dr_server_evicted_keys_total", "0+20x80", "0+1x80"),
  one("DragonflyConnectionsHigh", "10m", "dragonfly_dr_server_connected_clients", "1001x60", "1000x60"),
  {
    alert: "DragonflyConnectionsNearLimit",
    at: "5m",
    fires: {
      [series("dragonfly_dr_server_connected_clients")]: "90x40",
      [series("dragonfly_dr_server_max_clients")]: "100x40",
    },
    quiet: {
      [series("dragonfly_dr_server_connected_clients")]: "900x40",
      [series("dragonfly_dr_server_max_clients")]: "64000x40",
    },
  },
  one("DragonflyAclDenials", "15m", "dragonfly_dr_server_acl_denied_total", "0+5x80", "0x80"),
  {
    alert: "DragonflyHeartbeatRefused",
    at: "10m",
    fires: { [series("dragonfly_dr_heartbeat_failures")]: "0+60x60", [SERVING]: "1x60" },
    quiet: { [series("dragonfly_dr_heartbeat_failures")]: "3x60", [SERVING]: "1x60" },
  },
  one("DragonflySnapshotOld", "30m", "dragonfly_dr_snapshot_age_seconds", "43300+15x200", "60+15x200"),
  {
    alert: "DragonflySnapshotOld",
    at: "30m",
    // There never was one.
    fires: { [series("dragonfly_dr_server_up")]: "1x200" },
    // One site's are fresh; the replica of another takes none for a while.
    quiet: {
      [series("dragonfly_dr_server_up")]: "1x200",
      [series("dragonfly_dr_snapshot_age_seconds")]: "60x200",
    },
  },
  one("DragonflySnapshotNeverProven", "2h", "dragonfly_dr_snapshot_proven_age_seconds", "1300000x600", "60x600"),
  {
    alert: "ResolverFailures",
    at: "10m",
    fires: { [`heimdall_failures_total{${dns}}`]: "0+10x60", [`heimdall_queries_total{${dns}}`]: "0+100x60" },
    quiet: { [`heimdall_failures_total{${dns}}`]: "0+1x60", [`heimdall_queries_total{${dns}}`]: "0+100x60" },
  },
  {
    alert: "ResolverHitRateLow",
    at: "40m",
    fires: {
      [`heimdall_cache_hits_total{${dns},tier="l1"}`]: "0+100x200",
      [`heimdall_queries_total{${dns}}`]: "0+1000x200",
    },
    // Too few queries to say anything.
    quiet: {
      [`heimdall_cache_hits_total{${dns},tier="l1"}`]: "0x200",
      [`heimdall_queries_total{${dns}}`]: "0+1x200",
    },
  },
  one("ResolverCacheBreakerOpen", "10m", "heimdall_l2_breaker", "2x60", "0x60", `${dns},side="read"`),
];
