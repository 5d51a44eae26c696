import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { describeAddress } from "../upstream/address";
import type { AttemptResult, Forwarder, UpstreamObserver } from "../upstream/forwarder";
import { isHealthy } from "../upstream/judge";
import { LATENCY_BOUNDS } from "./histogram";

/** Metrics of the process that asks upstreams; a few a miss, so prom-client may take its time. */
export class BackMetrics implements UpstreamObserver {
  readonly registry = new Registry();
  readonly #attempts = new Counter({
    name: "heimdall_upstream_queries_total",
    help: "Queries sent to an upstream, by how they ended",
    labelNames: ["upstream", "result"],
    registers: [this.registry],
  });
  readonly #attemptSeconds = new Histogram({
    name: "heimdall_upstream_duration_seconds",
    help: "Time that an upstream took to answer",
    labelNames: ["upstream"],
    buckets: [...LATENCY_BOUNDS],
    registers: [this.registry],
  });
  readonly #overTcp = new Counter({
    name: "heimdall_upstream_tcp_retries_total",
    help: "Queries asked again over TCP: truncated, or a reply that could not be trusted",
    labelNames: ["upstream"],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry, prefix: "heimdall_" });
  }

  attempt(upstream: string, result: AttemptResult, seconds: number): void {
    this.#attempts.inc({ upstream, result });
    if (result === "answered") this.#attemptSeconds.observe({ upstream }, seconds);
  }

  askedOverTcp(upstream: string): void {
    this.#overTcp.inc({ upstream });
  }

  watchUpstreams(forwarder: Forwarder): void {
    const registers = [this.registry];
    new Gauge({
      name: "heimdall_upstream_up",
      help: "1 while an upstream is asked, 0 while it is left out",
      labelNames: ["upstream"],
      registers,
      collect() {
        for (const [upstream, state] of forwarder.states)
          this.set({ upstream: describeAddress(upstream) }, isHealthy(state) ? 1 : 0);
      },
    });
    new Gauge({
      name: "heimdall_upstream_rtt_seconds",
      help: "Smoothed round-trip time, by which upstreams are ordered",
      labelNames: ["upstream"],
      registers,
      collect() {
        for (const [upstream, { smoothedMs }] of forwarder.states)
          if (smoothedMs !== undefined) this.set({ upstream: describeAddress(upstream) }, smoothedMs / 1000);
      },
    });
  }
}
