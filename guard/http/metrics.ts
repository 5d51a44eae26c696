import { createServer, type Server } from "node:http";
import { Gauge, Registry } from "prom-client";
import { ports } from "../../server/ports";
import type { GuardView } from "../guardView";
import { inSync, serving, statusOf } from "./status";

const SERVER_TIMEOUT_MS = 2_000;

/** The guard's own figures; computed when they are asked for. */
export function guardMetrics(guard: GuardView): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ site: guard.config.site });
  const gauge = (name: string, help: string, value: () => number | null): void => {
    const made: Gauge = new Gauge({
      name: `dragonfly_dr_${name}`,
      help,
      registers: [registry],
      collect() {
        const now = value();
        if (now === null) made.reset();
        else made.set(now);
      },
    });
  };
  gauge("serving", "1 while clients may write at this site", () => Number(serving(guard)));
  gauge("epoch", "The highest epoch that this site has acted on", () => guard.state.highestEpoch);
  gauge("role_primary", "1 while the role object says primary", () => Number(guard.state.spec?.role === "primary"));
  gauge("server_primary", "1 while the server is a master, 0 while it is a replica", () =>
    guard.result.server.kind === "answering" ? Number(guard.result.server.role === "primary") : null,
  );
  gauge("server_up", "1 while the server answers", () => Number(guard.result.server.kind === "answering"));
  gauge(
    "server_runs",
    "Processes of the server since the guard started: one, and one more for each restart",
    () => guard.server.runs,
  );
  gauge("in_sync", "1 while this replica is in sync, by fresh heartbeats", () => Number(inSync(guard)));
  gauge(
    "replication_lag_seconds",
    "Age of the newest heartbeat in this replica's copy",
    () => statusOf(guard).replication?.lagSeconds ?? null,
  );
  gauge(
    "heartbeat_sequence",
    "Sequence of the newest heartbeat in the data set",
    () => guard.state.dataVersion?.sequence ?? null,
  );
  gauge(
    "heartbeat_failures",
    "Heartbeats that the server refused or did not answer since the guard started",
    () => guard.heartbeat.failures,
  );
  gauge("api_server_reachable", "1 while the Kubernetes API server can be reached", () =>
    Number(guard.role.apiServerReachable),
  );
  gauge(
    "divergence_writes_upper_bound",
    "At most so many writes of this former primary never reached the new one",
    () => guard.state.divergence?.writesUpperBound ?? null,
  );
  peerGauges(registry, guard);
  return registry;
}

function peerGauges(registry: Registry, guard: GuardView): void {
  const reachable: Gauge<"peer"> = new Gauge({
    name: "dragonfly_dr_peer_reachable",
    help: "1 while the peer's guard answers over the link",
    labelNames: ["peer"],
    registers: [registry],
    collect: () => guard.peers.forEach((peer) => reachable.set({ peer: peer.site }, Number(peer.view.reachable))),
  });
  const lag: Gauge<"peer"> = new Gauge({
    name: "dragonfly_dr_peer_lag_seconds",
    help: "On a primary: how far the peer's copy is behind, by this site's clock",
    labelNames: ["peer"],
    registers: [registry],
    collect() {
      lag.reset();
      for (const peer of statusOf(guard).peers)
        if (peer.lagSeconds !== null) lag.set({ peer: peer.site }, peer.lagSeconds);
    },
  });
}

/** Serves the guard's metrics and, on Dragonfly, the server's own behind them: its admin port stays on loopback. */
export function metricsServer(guard: GuardView): Server {
  const registry = guardMetrics(guard);
  return createServer((request, response) => {
    if ((request.url ?? "").split("?", 1)[0] !== "/metrics") {
      response.writeHead(404).end("not found\n");
      return;
    }
    void Promise.all([registry.metrics(), guard.snapshots?.metrics() ?? "", serverMetrics(guard)]).then(
      ([own, snapshots, server]) =>
        response.writeHead(200, { "content-type": registry.contentType }).end(own + snapshots + server),
      () => response.writeHead(500).end(),
    );
  });
}

async function serverMetrics(guard: GuardView): Promise<string> {
  if (guard.config.engine === "dragonfly") {
    try {
      const reply = await fetch(`http://127.0.0.1:${ports.serverAdmin}/metrics`, {
        signal: AbortSignal.timeout(SERVER_TIMEOUT_MS),
      });
      return reply.ok ? await reply.text() : "";
    } catch {
      return "";
    }
  }
  const status = guard.server.status;
  if (status === null) return "";
  const line = (name: string, help: string, value: number): string =>
    `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name}{site="${guard.config.site}"} ${value}\n`;
  return (
    line("redis_memory_used_bytes", "used_memory of INFO memory", status.usedMemoryBytes) +
    line("redis_memory_max_bytes", "maxmemory; 0 means no limit", status.maxMemoryBytes)
  );
}
