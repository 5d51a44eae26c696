import { FIGURE_SECTIONS, serverFigures, type Figure } from "../../server/figures";
import { parseInfo, replicationOf } from "../../server/replication";
import { bytes, type Engine, type Milliseconds, type SiteName } from "../../server/types";
import type { PeerAddress } from "../../contract/siteFile";
import { HEARTBEAT_KEY, parseHeartbeat } from "../../contract/heartbeat";
import type { Heartbeat } from "../../contract/heartbeat";
import type { AnsweringServer, ServerView } from "./observation";
import type { ServerSession } from "../server/serverSession";
import type { ServerStatus } from "../../contract/siteRole";

/** What changes slowly is asked for so seldom. */
const SLOW_INFO_MS = 5_000;

/** Looks at one server, turn after turn, and keeps what only the passing of time shows. */
export class ServerObserver {
  private silentSince: number | null = null;
  private linkDownSince: number | null = null;
  private beat: { text: string; since: number } | null = null;
  private slowInfoAt: number | null = null;
  private seenRun: string | null = null;
  status: ServerStatus | null = null;
  /** For monitoring; empty while the server has not answered. */
  figures: readonly Figure[] = [];

  constructor(
    private readonly engine: Engine,
    private readonly peers: readonly PeerAddress[],
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  async look(session: ServerSession | null, runId: string | null): Promise<ServerView> {
    if (runId !== this.seenRun) {
      this.seenRun = runId;
      this.silentSince = this.linkDownSince = this.slowInfoAt = this.beat = null;
      this.status = null;
      this.figures = [];
    }
    if (runId === null || session === null) return { kind: "absent" };
    const asked = this.monotonic();
    try {
      const view = await this.ask(session);
      this.silentSince = null;
      return view;
    } catch {
      this.silentSince ??= asked;
      return { kind: "silent", runId, forMs: (this.monotonic() - this.silentSince) as Milliseconds };
    }
  }

  private async ask(session: ServerSession): Promise<AnsweringServer> {
    const slow = this.slowInfoAt === null || this.monotonic() - this.slowInfoAt > SLOW_INFO_MS;
    const sections = new Set(["replication", "persistence", "stats", ...(slow ? ["server", ...FIGURE_SECTIONS] : [])]);
    const replies = await session.observe([
      ...[...sections].map((section) => ["INFO", section]),
      ["GET", HEARTBEAT_KEY],
    ]);
    const stamp = replies.pop();
    const failed = replies.find((reply) => typeof reply !== "string");
    if (failed !== undefined) throw failed instanceof Error ? failed : new Error("INFO: no text");
    const info = parseInfo(replies.join("\r\n"));
    const replication = replicationOf(info, this.engine);
    if (slow) {
      this.slowInfoAt = this.monotonic();
      this.status = serverStatus(this.engine, info, session.runId);
      this.figures = serverFigures(info);
    }
    const heartbeat = stamp instanceof Error ? undefined : parseHeartbeat(stamp);
    const source = replication.role === "replica" ? this.siteBehind(replication.sourcePort) : null;
    return {
      kind: "answering",
      runId: session.runId,
      loading: replication.loading,
      role: replication.role,
      source,
      linkUp: replication.linkUp,
      linkDownMs: this.sinceLinkDown(replication.role === "replica" && !replication.linkUp),
      syncInProgress: replication.syncInProgress,
      position:
        replication.offset === null || replication.replicationId === null
          ? null
          : { replicationId: replication.replicationId, offset: replication.offset },
      heartbeat,
      heartbeatUnchangedMs: this.sinceHeartbeatChanged(heartbeat),
      commands: Number(info.get("total_commands_processed") ?? 0),
      // Dragonfly says `saving`; its rdb_bgsave_in_progress stays 1 after the first dump (seen in v1.36.0). Redis has
      // only that one.
      dumping: (info.get("saving") ?? info.get("rdb_bgsave_in_progress")) === "1",
    };
  }

  private siteBehind(port: number | null): SiteName | null {
    return this.peers.find((peer) => peer.serverPort === port)?.site ?? null;
  }

  private sinceLinkDown(down: boolean): Milliseconds {
    if (!down) this.linkDownSince = null;
    else this.linkDownSince ??= this.monotonic();
    return (this.linkDownSince === null ? 0 : this.monotonic() - this.linkDownSince) as Milliseconds;
  }

  private sinceHeartbeatChanged(heartbeat: Heartbeat | null | undefined): Milliseconds {
    const text = JSON.stringify(heartbeat ?? null);
    if (this.beat === null || this.beat.text !== text) this.beat = { text, since: this.monotonic() };
    return (this.monotonic() - this.beat.since) as Milliseconds;
  }
}

function serverStatus(engine: Engine, info: ReadonlyMap<string, string>, runId: string): ServerStatus {
  const number = (...names: string[]): number =>
    Number(names.map((name) => info.get(name)).find((value) => value !== undefined) ?? 0);
  return {
    engine,
    version:
      (engine === "dragonfly"
        ? info.get("dragonfly_version")
        : (info.get("valkey_version") ?? info.get("redis_version"))) ?? "unknown",
    runId,
    threads: engine === "dragonfly" ? number("thread_count", "num_threads") : 1,
    usedMemoryBytes: bytes(number("used_memory")),
    maxMemoryBytes: bytes(number("maxmemory", "max_memory")),
  };
}
