import { siteName } from "../../../server/types";
import type { Milliseconds, SiteName } from "../../../server/types";
import type { ServerView } from "../../../guard/observe/observation";
import { siteAt, type World } from "../world/world";
import type { GuardProcess } from "./state";

const since = (w: World, at: number | null): Milliseconds => (at === null ? 0 : w.now - at) as Milliseconds;

/** What `ServerObserver` sees of the simulated server. */
export function look(w: World, index: number, guard: GuardProcess): ServerView {
  const { server } = siteAt(w, index);
  const run = server?.run ?? null;
  if (run !== guard.seenRun) {
    guard.seenRun = run;
    guard.silentSince = guard.linkDownSince = guard.beatSeen = null;
  }
  if (server === null || guard.server === null) return { kind: "absent" };
  if (guard.server.with === null && guard.passwordsKnown.includes(server.passwords))
    guard.server = { ...guard.server, with: server.passwords };
  if (server.frozen || guard.server.with === null) {
    guard.silentSince ??= w.now;
    return { kind: "silent", runId: server.run, forMs: since(w, guard.silentSince) };
  }
  guard.silentSince = null;
  const replica = server.role === "replica";
  const linkUp = replica && server.attached !== null && (w.engine === "dragonfly" || !server.syncing);
  if (!replica || linkUp) guard.linkDownSince = null;
  else guard.linkDownSince ??= w.now;
  const heartbeat = server.syncing && w.engine === "dragonfly" ? undefined : server.data.beat;
  if (guard.beatSeen === null || guard.beatSeen.beat !== (heartbeat ?? null))
    guard.beatSeen = { beat: heartbeat ?? null, since: w.now };
  const never = server.replicationId.startsWith("none-") || server.replicationId === `rid-${server.run.slice(4)}`;
  const hasPosition = replica ? !server.syncing && !never : w.engine === "redis";
  return {
    kind: "answering",
    runId: server.run,
    loading: server.loading,
    role: server.role,
    source: replica && server.source !== null ? siteAt(w, server.source).name : null,
    linkUp,
    linkDownMs: since(w, guard.linkDownSince),
    syncInProgress: replica && server.syncing,
    position: hasPosition ? { replicationId: server.replicationId, offset: server.offset } : null,
    heartbeat,
    heartbeatUnchangedMs: since(w, guard.beatSeen.since),
    commands: server.commands,
    dumping: false,
  };
}

export function indexOf(w: World, site: SiteName | string): number {
  return w.sites.findIndex((s) => s.name === siteName(site));
}
