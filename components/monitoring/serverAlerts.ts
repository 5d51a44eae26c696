import type { Alert } from "./alert";

/** The server itself. Names are those of Dragonfly and Redis alike: the guard reads INFO and exports it. */
export const serverAlerts: readonly Alert[] = [
  {
    name: "DragonflyDown",
    severity: "critical",
    for: "1m",
    expr: 'dragonfly_dr_server_up < 1 or up{job=~".*/dragonfly-server"} < 1',
    summary: "The server of {{ $labels.namespace }} does not answer",
    description: "See the pod `dragonfly-0`: its events, and the logs of its containers `server` and `guard`.",
  },
  {
    name: "DragonflyServerRestarts",
    severity: "warning",
    for: "0s",
    expr: "changes(dragonfly_dr_server_runs[15m]) > 3",
    summary: "The server of site {{ $labels.site }} was started {{ $value }} times in 15 minutes",
    description: "The log of container `server` says how each ended; 137 is often a lack of memory.",
  },
  {
    name: "DragonflyMemoryHigh",
    severity: "warning",
    for: "5m",
    expr: "dragonfly_dr_server_memory_used_bytes / (dragonfly_dr_server_memory_max_bytes > 0) > 0.9",
    summary: "The server of site {{ $labels.site }} uses {{ $value | humanizePercentage }} of maxmemory",
    description: "A cache evicts, a queue refuses writes. See the largest keys and `server.maxmemory`.",
  },
  {
    name: "DragonflyEvictionsHigh",
    severity: "warning",
    for: "5m",
    expr: "increase(dragonfly_dr_server_evicted_keys_total[5m]) > 100",
    summary: "The server of site {{ $labels.site }} evicted {{ $value | humanize }} keys in 5 minutes",
    description: "Usual for a cache at its limit; a loss for sessions and queues. Raise `server.maxmemory`.",
  },
  {
    name: "DragonflyConnectionsHigh",
    severity: "warning",
    for: "5m",
    expr: "dragonfly_dr_server_connected_clients > 1000",
    summary: "The server of site {{ $labels.site }} has {{ $value }} connections",
    description:
      "Look for a client without a pool. Where so many are usual, silence this alert: the next one watches the limit.",
  },
  {
    name: "DragonflyConnectionsNearLimit",
    severity: "critical",
    for: "1m",
    expr: "dragonfly_dr_server_connected_clients / (dragonfly_dr_server_max_clients > 0) > 0.8",
    summary:
      "The server of site {{ $labels.site }} has {{ $value | humanizePercentage }} of the connections it may have",
    description: "At maxclients the server refuses further connections, those of its own guard not among them.",
  },
  {
    name: "DragonflyAclDenials",
    severity: "warning",
    for: "5m",
    expr: "increase(dragonfly_dr_server_acl_denied_total[5m]) > 20",
    summary: "The server of site {{ $labels.site }} denied {{ $value | humanize }} commands or logins in 5 minutes",
    description: "An application has a wrong password, or needs a key or command that its user does not have.",
  },
  {
    name: "DragonflyHeartbeatRefused",
    severity: "warning",
    for: "1m",
    expr: "increase(dragonfly_dr_heartbeat_failures[1m]) > 5 and on (namespace, site) dragonfly_dr_serving > 0",
    summary: "The primary at site {{ $labels.site }} refuses the guard's heartbeat",
    description: "Usually maxmemory without eviction. Writes of clients are refused too; lag is not measurable.",
  },
];
