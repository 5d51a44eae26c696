/** Every port of a site in one place: components open them, policies judge them, guard and gateway listen on them. */
export const ports = {
  /** Clients, at the server and at the gateway. */
  client: 6379,
  /** Clients that read the local copy, at the gateway. */
  readOnly: 6378,
  /** The link's listener at the gateway: mutual TLS, peers only. */
  link: 6380,
  /** At the gateway, plain, for the site's own server: the first peer's server; the next peer has the next port. */
  source: 6381,
  /** At the gateway, plain, for the site's own guard: the first peer's guard; the next peer has the next port. */
  peerGuard: 9981,
  /** Dragonfly's admin port, bound to loopback: it bypasses ACL. */
  serverAdmin: 6399,
  /** The guard's API: /gateway, /primary, /replica, /read-only, /status, /healthz. */
  guard: 9998,
  /** The snapshots' process: /status, /metrics, /snapshot, /restore; loopback only, for the guard beside it. */
  snapshots: 9997,
  /** The guard's metrics and the server's, re-exported; for monitoring. */
  metrics: 9999,
  /** The gateway's own metrics (HAProxy's Prometheus exporter) and /healthz. */
  gatewayMetrics: 8404,
  /** The same of the gateway's process for the link. */
  linkMetrics: 8405,
  /** Queries at the resolver's pods, UDP and TCP; 53 at its Service. */
  dns: 1053,
  /** The resolver's /health, /ready and /metrics. */
  resolverHttp: 9153,
} as const;
