import { createServer, type Server } from "node:http";
import { Gauge, Registry } from "prom-client";
import { ports } from "../../server/ports";
import type { GuardView, PeerRecord } from "../guardView";
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

/** By what a peer's guard last said; one that is out of reach has no series but `reachable`. */
function peerGauges(registry: Registry, guard: GuardView): void {
  const gauge = (name: string, help: string, value: (peer: PeerRecord) => number | null): void => {
    const made: Gauge<"peer"> = new Gauge({
      name: `dragonfly_dr_peer_${name}`,
      help,
      labelNames: ["peer"],
      registers: [registry],
      collect() {
        made.reset();
        for (const peer of guard.peers) {
          const now = value(peer);
          if (now !== null) made.set({ peer: peer.site }, now);
        }
      },
    });
  };
  const whileReachable =
    (value: (peer: PeerRecord) => boolean) =>
    (peer: PeerRecord): number | null =>
      peer.view.reachable ? Number(value(peer)) : null;
  gauge("reachable", "1 while the peer's guard answers over the link", ({ view }) => Number(view.reachable));
  gauge(
    "serving",
    "1 while clients may write at the peer",
    whileReachable(({ view }) => view.serving),
  );
  gauge(
    "in_sync",
    "1 while the peer is a replica in sync",
    whileReachable(({ report }) => report?.replication?.inSync === true),
  );
  gauge(
    "lag_seconds",
    "On a primary: how far the peer's copy is behind, by this site's clock",
    ({ site }) => statusOf(guard).peers.find((peer) => peer.site === site)?.lagSeconds ?? null,
  );
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

/** By one name for both engines; on Dragonfly also by the server's own names. */
async function serverMetrics(guard: GuardView): Promise<string> {
  const figures = guard.server.figures.map(({ name, type, help, value }) => {
    const metric = `dragonfly_dr_server_${name}`;
    return `# HELP ${metric} ${help}\n# TYPE ${metric} ${type}\n${metric}{site="${guard.config.site}"} ${value}\n`;
  });
  return figures.join("") + (guard.config.engine === "dragonfly" ? await dragonflyMetrics() : "");
}

async function dragonflyMetrics(): Promise<string> {
  try {
    const reply = await fetch(`http://127.0.0.1:${ports.serverAdmin}/metrics`, {
      signal: AbortSignal.timeout(SERVER_TIMEOUT_MS),
    });
    return reply.ok ? await reply.text() : "";
  } catch {
    return "";
  }
}
