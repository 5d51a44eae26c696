import type { Alert } from "./alert";

/** The DNS resolver, where it is deployed. */
export const resolverAlerts: readonly Alert[] = [
  {
    name: "ResolverFailures",
    severity: "critical",
    for: "2m",
    needs: "resolver",
    expr:
      "sum by (namespace) (rate(heimdall_failures_total[2m])) " +
      "/ sum by (namespace) (rate(heimdall_queries_total[2m])) > 0.05",
    summary: "{{ $value | humanizePercentage }} of the resolver's queries get no answer",
    description: "Neither a cache nor an upstream answers: see `resolver.upstreams` and the way to them.",
  },
  {
    name: "ResolverHitRateLow",
    severity: "warning",
    for: "15m",
    needs: "resolver",
    expr:
      'sum by (namespace) (rate(heimdall_cache_hits_total{tier="l1"}[10m])) ' +
      "/ sum by (namespace) (rate(heimdall_queries_total[10m])) < 0.3 " +
      "and sum by (namespace) (rate(heimdall_queries_total[10m])) > 10",
    summary: "Only {{ $value | humanizePercentage }} of the resolver's queries are answered from memory",
    description: "Short TTLs, or too little `resolver.cacheSize` for the names in use.",
  },
  {
    name: "ResolverCacheBreakerOpen",
    severity: "warning",
    for: "5m",
    needs: "resolver",
    expr: "max by (namespace, side) (heimdall_l2_breaker) > 1",
    summary: "The resolver leaves the shared cache out ({{ $labels.side }})",
    description: "It answers from memory and upstreams. See the cache's own alerts and the resolver's password.",
  },
];
