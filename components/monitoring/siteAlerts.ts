import type { Alert } from "./alert";

/** Series of one site meet by these labels; a Prometheus of several clusters keeps them apart by `site`. */
const BY_SITE = "by (namespace, site)";

/** Roles, replication and the link: what the guard knows of its own site and of its peers. */
export const siteAlerts: readonly Alert[] = [
  {
    name: "DragonflyNobodyServes",
    severity: "critical",
    for: "30s",
    expr:
      `max ${BY_SITE} (dragonfly_dr_serving) < 1 ` +
      `unless on (namespace, site) max ${BY_SITE} (dragonfly_dr_peer_serving) > 0`,
    summary: "No primary serves as seen from site {{ $labels.site }}",
    description:
      "Clients of this region get no answer. `dragonfly-dr status` names the phase, the reason and the command.",
  },
  {
    name: "DragonflyTwoServe",
    severity: "critical",
    for: "5s",
    needs: "peers",
    expr:
      `max ${BY_SITE} (dragonfly_dr_serving) > 0 ` +
      `and on (namespace, site) max ${BY_SITE} (dragonfly_dr_peer_serving) > 0`,
    summary: "Site {{ $labels.site }} and a peer both accept writes",
    description: "The lower (epoch, site) closes by itself. If it does not, delete its pod.",
  },
  {
    name: "DragonflyNoCopy",
    severity: "warning",
    for: "5m",
    needs: "peers",
    expr:
      `max ${BY_SITE} (dragonfly_dr_serving) > 0 ` +
      `unless on (namespace, site) max ${BY_SITE} (dragonfly_dr_peer_in_sync) > 0`,
    summary: "The primary at site {{ $labels.site }} has no copy in sync",
    description: "A loss of this region would lose data. See the replica's row of `dragonfly-dr status`.",
  },
  {
    name: "DragonflyReplicationLag",
    severity: "warning",
    for: "1m",
    needs: "peers",
    expr: "dragonfly_dr_peer_lag_seconds > 10",
    summary: "The copy at {{ $labels.peer }} is {{ $value | humanizeDuration }} behind site {{ $labels.site }}",
    description: "By the primary's heartbeats, measured by its own clock. See the link and the primary's load.",
  },
  {
    name: "DragonflyLinkDown",
    severity: "warning",
    for: "1m",
    needs: "peers",
    expr: "dragonfly_dr_peer_reachable < 1",
    summary: "Site {{ $labels.site }} cannot reach the guard of {{ $labels.peer }} over the link",
    description: "See the gateways of both sites, the link's Services, its certificates, and the network between.",
  },
  {
    name: "DragonflyApiServerUnreachable",
    severity: "warning",
    for: "5m",
    expr: "dragonfly_dr_api_server_reachable < 1",
    summary: "The guard of site {{ $labels.site }} cannot reach the API server of its cluster",
    description: "An uninterrupted server goes on serving. Commands cannot move its role. See `network.apiServer`.",
  },
  {
    name: "DragonflyDivergence",
    severity: "warning",
    for: "0s",
    needs: "peers",
    expr: "dragonfly_dr_divergence_writes_upper_bound > 0",
    summary: "Site {{ $labels.site }} keeps a dump of at most {{ $value }} writes that never reached the new primary",
    description: "`dragonfly-dr status` names the dump. Decide what of it is worth keeping, then `failback`.",
  },
  {
    name: "DragonflyLinkCertificateExpires",
    severity: "warning",
    for: "5m",
    needs: "peers",
    expr:
      "dragonfly_dr_link_certificate_expiry_timestamp_seconds - time() < 14 * 86400 " +
      "or dragonfly_dr_link_authorities_expiry_timestamp_seconds - time() < 30 * 86400",
    summary: "A certificate of the link of site {{ $labels.site }} expires in {{ $value | humanizeDuration }}",
    description: "After that no new connection between the regions succeeds. docs/link-certificates.md.",
  },
  {
    name: "DragonflyLinkRenewalFails",
    severity: "warning",
    for: "5m",
    needs: "peers",
    expr: "dragonfly_dr_link_renewal_failing > 0",
    summary: "The gateway of site {{ $labels.site }} refuses the link's new certificate",
    description: "The old one stays in use. The gateway's log says what does not fit together.",
  },
  {
    name: "DragonflyGatewayNoPrimary",
    severity: "critical",
    for: "1m",
    expr:
      'sum by (namespace, pod) (haproxy_backend_active_servers{proxy="primary"}) + sum by (namespace, pod) ' +
      '(haproxy_backend_backup_servers{proxy="primary"}) < 1',
    summary: "Gateway {{ $labels.pod }} knows no primary to lead clients to",
    description:
      "Where DragonflyNobodyServes is quiet, this gateway alone is cut off: see its log, then delete the pod.",
  },
  {
    name: "DragonflyGatewayConnectionsHigh",
    severity: "warning",
    for: "5m",
    expr: "max by (namespace, pod) (haproxy_process_current_connections / haproxy_process_max_connections) > 0.8",
    summary: "Gateway {{ $labels.pod }} has {{ $value | humanizePercentage }} of `gateway.maxConnections`",
    description: "Further connections wait, then fail. Look for a client that opens too many, or raise the limit.",
  },
];
