import { EMPTY, holds, written, type Data } from "./log";
import { checkGone, checkReplaced } from "./invariants";
import { connected, siteAt, violate, type Door, type Server, type World } from "./world";

/** A new process: loads the dump that is there, as a primary, closed; dumps are on as its flags say. */
export function startServer(w: World, index: number): void {
  const site = siteAt(w, index);
  w.runs += 1;
  site.server = {
    run: `run-${w.runs}`,
    role: "primary",
    source: null,
    attached: null,
    syncing: false,
    replicationId: `rid-${w.runs}`,
    offset: 0,
    data: site.disk.main ?? EMPTY,
    door: "closed",
    dumps: true,
    credentials: false,
    frozen: false,
    loading: true,
    passwords: site.passwords,
    broken: false,
    takeoverQueued: false,
    commands: 0,
    writes: null,
  };
}

/** The process ends; it is started again in the next round. `save`: as SIGTERM has it. */
export function endServer(w: World, index: number, how: "killed" | "told" | "by takeover"): void {
  const site = siteAt(w, index);
  if (site.server === null) return;
  if (how === "told" && site.server.dumps && !site.server.loading) saveMain(w, index);
  // An operator's word is for the process that it was given for.
  if (site.server.door === "open") w.pendingWord[index] = false;
  site.server = null;
}

/** A dump to the usual place, as a cron or SIGTERM makes it. @returns whether it was written. */
export function saveMain(w: World, index: number): boolean {
  const { server, disk } = siteAt(w, index);
  if (server === null || !server.dumps || server.loading || disk.mode !== "well") return false;
  const before = disk.main;
  disk.main = server.data;
  if (before !== null && before.log !== null && server.syncing && server.data.log === null)
    violate(w, 4, `${siteAt(w, index).name}'s dump is overwritten by a part of a copy`);
  if (before !== null && !holds(server.data.log, before.log))
    checkGone(w, index, before.log, "its dump was overwritten by an older or partial one");
  return true;
}

export const canWrite = (w: World, index: number): boolean => {
  const { server, small } = siteAt(w, index);
  return server !== null && server.role === "primary" && !server.frozen && !server.loading && !small;
};

/** A client's write, where the server takes it. */
export function clientWrites(w: World, index: number): void {
  const { server } = siteAt(w, index);
  if (server === null || server.door !== "open" || !canWrite(w, index)) return;
  if (server.writes === null) {
    server.writes = w.logRuns++;
    if (w.pendingWord[index] === true) {
      w.words.add(server.writes);
      w.pendingWord[index] = false;
    }
  }
  server.data = { beat: server.data.beat, log: written(server.data.log, server.writes) };
  server.offset += 1;
  server.commands += 1;
  w.acknowledged[index] = server.data.log;
}

/** The guard's stamp. @throws where the server does not take it. */
export function stamp(w: World, index: number, beat: NonNullable<Data["beat"]>): void {
  const { server, small } = siteAt(w, index);
  if (server === null || server.frozen || server.loading) throw new Error("no answer within 2 s");
  if (server.role !== "primary") throw new Error("READONLY You can't write against a read only replica.");
  // The guard lifts the limit for its own keys.
  void small;
  server.data = { beat, log: server.data.log };
  server.offset += 1;
}

/** Where the replication user is let in. */
const RELAYING: ReadonlySet<Door> = new Set(["source", "handover", "open"]);

/** Whether the source's replication user lets this replica in. */
function admits(w: World, source: Server, replica: Server): boolean {
  if (source.frozen || source.loading || source.role !== "primary") return false;
  if (!RELAYING.has(source.door)) return false;
  return w.engine === "dragonfly" || replica.credentials;
}

/** One step of replication towards the server of `index`: what has crossed, an attachment, a full sync's end. */
export function replicate(w: World, index: number): void {
  const { server, stalled } = siteAt(w, index);
  if (server === null || server.role !== "replica" || server.source === null || server.frozen || server.loading) return;
  const source = siteAt(w, server.source).server;
  const reachable = source !== null && connected(w, index, server.source);
  if (server.attached !== null) {
    // A frozen or cut source leaves the link "up" for minutes; a process that ended closes it.
    if (source === null || source.run !== server.attached || source.role !== "primary") {
      server.attached = null;
      server.syncing = false;
      if (w.engine === "dragonfly" && source !== null) server.broken = true;
      return;
    }
    if (!reachable || source.frozen || stalled) return;
    // Closing the replication user ends its sessions.
    if (!RELAYING.has(source.door)) {
      server.attached = null;
      server.syncing = false;
      return;
    }
    arrive(w, index, server, source);
    return;
  }
  if (!reachable || server.broken || !admits(w, source, server)) return;
  attach(w, index, server, source);
}

/** What the source has written arrives; with it a full sync ends. */
function arrive(w: World, index: number, server: Server, source: Server): void {
  const { disk } = siteAt(w, index);
  if (server.syncing && w.engine === "redis") {
    if (server.source !== null) checkReplaced(w, index, server.source);
    // Redis keeps the file that the full sync came in as its dump.
    if (disk.mode === "well") disk.main = source.data;
  }
  server.syncing = false;
  server.data = source.data;
  server.offset = source.offset;
  server.replicationId = source.replicationId;
}

function attach(w: World, index: number, server: Server, source: Server): void {
  server.attached = source.run;
  if (server.replicationId === source.replicationId && server.offset <= source.offset && !server.syncing) return;
  server.syncing = true;
  if (w.engine === "redis") return;
  // Dragonfly flushes first; Redis replaces its data once all has come.
  if (server.source !== null) checkReplaced(w, index, server.source);
  server.data = EMPTY;
}

/** REPLICAOF. @throws where Dragonfly refuses it at once. */
export function follow(w: World, index: number, source: number): void {
  const { server } = siteAt(w, index);
  if (server === null) throw new Error("no server process");
  const other = siteAt(w, source).server;
  if (w.engine === "dragonfly") {
    if (other === null || !connected(w, index, source) || !admits(w, other, server))
      throw new Error("REPLICAOF: could not connect to the primary");
  }
  server.role = "replica";
  server.source = source;
  server.attached = null;
  server.syncing = false;
  server.broken = false;
  server.writes = null;
  // Told anew, Dragonfly begins with a full sync.
  if (w.engine === "dragonfly") {
    server.replicationId = `none-${server.run}`;
    if (other !== null) attach(w, index, server, other);
  }
}

/** REPLICAOF NO ONE: no check of any kind. */
export function promote(w: World, index: number): void {
  const { server } = siteAt(w, index);
  if (server === null) throw new Error("no server process");
  if (server.role === "primary") return;
  server.role = "primary";
  server.source = null;
  server.attached = null;
  server.syncing = false;
  server.writes = null;
  // Redis goes on under a new id and knows the old one; nobody else's stream continues it.
  w.runs += 1;
  server.replicationId = `rid-${w.runs}`;
}

export type TakeoverEnd = "done" | "refused" | "unknown" | "pending";

/** REPLTAKEOVER on the replica of `index`. */
export function takeOver(w: World, index: number): TakeoverEnd {
  const { server } = siteAt(w, index);
  if (server === null || server.role !== "replica" || server.source === null) return "refused";
  if (server.syncing || server.attached === null) return "refused";
  const source = siteAt(w, server.source).server;
  if (source === null || source.run !== server.attached) return "refused";
  if (!connected(w, index, server.source)) return "unknown";
  if (source.frozen) {
    source.takeoverQueued = true;
    return "unknown";
  }
  // The takeover itself brings what had not arrived.
  server.data = source.data;
  endServer(w, server.source, "by takeover");
  promote(w, index);
  return "done";
}

/** A frozen process goes on: with what was asked of it meanwhile. */
export function thaw(w: World, index: number): void {
  const { server } = siteAt(w, index);
  if (server === null) return;
  server.frozen = false;
  if (server.takeoverQueued) endServer(w, index, "by takeover");
}
