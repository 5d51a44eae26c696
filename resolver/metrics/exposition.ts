import { LATENCY_BOUNDS, type HistogramSnapshot } from "./histogram";
import { operations } from "../l2/attempt";
import { failureKinds } from "../l2/failure";
import { BREAKER_VALUE, sides, type L2Snapshot } from "./l2Tally";
import { origins, shownRcodes, type TallySnapshot } from "./tally";

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = (name: string, labels: Readonly<Record<string, string>>, value: number): string => {
  const text = Object.entries(labels)
    .map(([key, label]) => `${key}="${label}"`)
    .join(",");
  return `${name}${text === "" ? "" : `{${text}}`} ${value}`;
};

const metric = (name: string, type: "counter" | "gauge", help: string, samples: readonly Sample[]): string =>
  [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(({ labels = {}, value }) => line(name, labels, value)),
  ].join("\n");

function histogram(
  name: string,
  help: string,
  series: readonly { readonly labels: Readonly<Record<string, string>>; readonly data: HistogramSnapshot }[],
): string {
  const lines = series.flatMap(({ labels, data }) => {
    let total = 0;
    const buckets = data.counts.map((count, i) => {
      total += count;
      const bound = LATENCY_BOUNDS[i];
      return line(`${name}_bucket`, { ...labels, le: bound === undefined ? "+Inf" : String(bound) }, total);
    });
    return [...buckets, line(`${name}_sum`, labels, data.sum), line(`${name}_count`, labels, total)];
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...lines].join("\n");
}

/** Of the shared cache: only what has been used, so that a replica without one shows none. */
function sharedCacheMetrics({ errors, seconds, breakers }: L2Snapshot): readonly string[] {
  const failed = operations
    .flatMap((operation) =>
      failureKinds.map((kind) => ({ labels: { operation, kind }, value: errors[operation][kind] })),
    )
    .filter(({ value }) => value > 0);
  const used = operations.filter((operation) => seconds[operation].counts.some((count) => count > 0));
  const states = sides.flatMap((side) => {
    const state = breakers[side];
    return state === undefined ? [] : { labels: { side }, value: BREAKER_VALUE[state] };
  });
  return [
    metric("heimdall_l2_errors_total", "counter", "Operations of the shared cache that failed, by kind", failed),
    histogram(
      "heimdall_l2_duration_seconds",
      "Time that an operation of the shared cache took, failed ones included",
      used.map((operation) => ({ labels: { operation }, data: seconds[operation] })),
    ),
    metric(
      "heimdall_l2_breaker",
      "gauge",
      "The shared cache's circuit breakers: 0 in use, 1 on trial, 2 left out by a process of this replica at least",
      states,
    ),
  ];
}

/** What the processes of a replica counted, in Prometheus' text format. */
export function renderTally({ counts, rcodes, latency, l2 }: TallySnapshot): string {
  return [
    metric("heimdall_queries_total", "counter", "Queries received", [
      { labels: { transport: "udp" }, value: counts.udpQueries },
      { labels: { transport: "tcp" }, value: counts.tcpQueries },
    ]),
    metric(
      "heimdall_responses_total",
      "counter",
      "Replies sent, by code",
      shownRcodes.map((rcode) => ({ labels: { rcode }, value: rcodes[rcode] })),
    ),
    metric("heimdall_cache_hits_total", "counter", "Answers found fresh in a cache", [
      { labels: { tier: "l1" }, value: counts.l1Hits },
      { labels: { tier: "l2" }, value: counts.l2Hits },
    ]),
    metric("heimdall_cache_misses_total", "counter", "Answers not found fresh in a cache", [
      { labels: { tier: "l1" }, value: counts.l1Misses },
      { labels: { tier: "l2" }, value: counts.l2Misses },
    ]),
    metric("heimdall_cache_size", "gauge", "Answers held, over all processes of this replica", [
      { labels: { tier: "l1" }, value: counts.entries },
    ]),
    metric("heimdall_cache_size_bytes", "gauge", "Bytes held, over all processes of this replica", [
      { labels: { tier: "l1" }, value: counts.bytes },
    ]),
    metric("heimdall_stale_answers_total", "counter", "Answers served past their TTL for want of better ones", [
      { value: counts.staleAnswers },
    ]),
    metric("heimdall_failures_total", "counter", "Queries that no cache and no upstream could answer", [
      { value: counts.failures },
    ]),
    metric("heimdall_prefetches_total", "counter", "Popular answers refreshed before they expired", [
      { value: counts.prefetches },
    ]),
    metric("heimdall_in_flight", "gauge", "Questions on their way to the shared cache or an upstream", [
      { value: counts.inFlight },
    ]),
    metric("heimdall_packets_dropped_total", "counter", "Packets that are no queries and got no reply", [
      { value: counts.dropped },
    ]),
    metric("heimdall_rate_limited_total", "counter", "Queries over a client's limit", [{ value: counts.rateLimited }]),
    metric("heimdall_truncated_total", "counter", "Answers too large for UDP", [{ value: counts.truncated }]),
    metric("heimdall_send_errors_total", "counter", "Replies that could not be sent", [{ value: counts.sendErrors }]),
    metric("heimdall_tcp_connections_total", "counter", "TCP connections taken, or refused for their number", [
      { labels: { result: "taken" }, value: counts.tcpConnections },
      { labels: { result: "refused" }, value: counts.tcpRefused },
    ]),
    histogram(
      "heimdall_query_duration_seconds",
      "Time from a query's arrival to its answer, by where it was found",
      origins.map((origin) => ({ labels: { origin }, data: latency[origin] })),
    ),
    ...sharedCacheMetrics(l2),
    "",
  ].join("\n");
}
