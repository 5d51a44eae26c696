import type { Action } from "../../../guard/decide/action";
import { isHarmless } from "../../../guard/decide/decide";
import type { ServerView } from "../../../guard/observe/observation";
import { afterAction, beforeAction } from "../../../guard/remember/actions";
import { compareDataVersions } from "../../../contract/epochs";
import type { DataVersion, ReplicationPosition } from "../../../contract/siteRole";
import { checkGone, isKept, servesAtEpoch } from "../world/invariants";
import { endServer, follow, promote, stamp, takeOver } from "../world/server";
import { siteAt, type Server, type World } from "../world/world";
import { indexOf } from "./observe";
import { step } from "./process";
import { usersHash, type GuardProcess, type Run } from "./state";
import { store } from "./stateFile";

const PROOF_LIMIT_MS = 5_000;

/** Carries one action out, with what has to be remembered before and after it (guard/apply/apply.ts). */
export function apply(w: World, index: number, guard: GuardProcess, action: Action, seen: ServerView): void {
  const runId = seen.kind === "absent" ? null : seen.runId;
  const context = { runId: runId ?? "", usersHash: usersHash(guard) };
  const stored = store(w, index, guard, beforeAction(guard.state, action, context));
  const closes = action.kind === "setAccess" && action.access === "closed";
  if (!stored && !closes && !isHarmless(action)) throw new Error("the state cannot be written: EROFS");
  step(w, index);
  const position = perform(w, index, guard, action, runId);
  step(w, index);
  store(w, index, guard, afterAction(guard.state, action, context, position));
}

/** The process that was judged, while it lives and answers. */
function living(w: World, index: number, guard: GuardProcess): Server {
  const { server } = siteAt(w, index);
  if (guard.server === null) throw new Error("no server process");
  if (server === null || server.run !== guard.server.run) throw new Error("Connection is closed.");
  if (server.frozen || guard.server.with === null) throw new Error("Command timed out");
  return server;
}

function perform(
  w: World,
  index: number,
  guard: GuardProcess,
  action: Action,
  runId: string | null,
): ReplicationPosition | null {
  const site = siteAt(w, index);
  const note = (change: Partial<Run>): void => {
    if (guard.server !== null) guard.server = { ...guard.server, ...change };
  };
  switch (action.kind) {
    case "createRole":
      throw new Error("a site with peers never makes itself primary");
    case "endServer":
      end(w, index, action.how, runId);
      return null;
    case "requestSnapshot":
      return null;
    case "restore":
      guard.restoreAskedAt = w.now;
      guard.restore = {
        epoch: action.epoch,
        from: action.from,
        state: site.snapshots.length === 0 ? "failed" : "fetching",
      };
      return null;
    case "refuse":
      note({ takeover: { kind: "none" } });
      return null;
    case "recordRestored":
    case "withdrawHandover":
    case "giveUpDivergence":
    case "recover":
      return null;
    case "takeOver":
      if (guard.server === null) throw new Error("no server process");
      note({ takeover: { kind: "running", epoch: action.epoch }, takeoverUntil: w.now + PROOF_LIMIT_MS });
      if (w.engine === "dragonfly") takeOverDragonfly(w, index, action.epoch, note);
      return null;
    case "saveDivergence":
      note({
        dump: { kind: "running", epoch: action.epoch, writesUpperBound: action.writesUpperBound, of: action.of },
      });
      return null;
    default:
      return onServer(w, index, guard, action, note);
  }
}

type OnServer = Extract<
  Action,
  {
    kind:
      | "setAccess"
      | "seal"
      | "recordHandover"
      | "detach"
      | "promote"
      | "startServing"
      | "setDumps"
      | "setCredentials"
      | "follow";
  }
>;

function onServer(
  w: World,
  index: number,
  guard: GuardProcess,
  action: OnServer,
  note: (change: Partial<Run>) => void,
): ReplicationPosition | null {
  const server = living(w, index, guard);
  const { disk } = siteAt(w, index);
  switch (action.kind) {
    case "setAccess":
      server.door = action.access;
      server.passwords = guard.passwordsKnown[0] ?? server.passwords;
      note({ with: server.passwords });
      return null;
    case "seal":
      guard.beating = null;
      writeBeat(w, index, guard, atLeast(guard.nextBeat, action.version), true);
      return null;
    case "recordHandover":
      return w.engine === "redis" ? { replicationId: server.replicationId, offset: server.offset } : null;
    case "detach":
    case "promote":
      promote(w, index);
      return null;
    case "startServing":
      guard.history = action.history;
      writeBeat(w, index, guard, action.atLeast);
      servesAtEpoch(w, index, action.atLeast.epoch);
      return null;
    case "setDumps":
      server.dumps = action.dumps === "on";
      note({ dumps: server.dumps });
      return null;
    case "setCredentials":
      server.credentials = action.credentials === "given";
      note({ credentials: server.credentials });
      return null;
    case "follow":
      note({ followedAt: w.now });
      if (w.engine === "redis" && disk.main !== null && disk.mode === "well") disk.beforeSync = disk.main;
      follow(w, index, indexOf(w, action.source));
      return null;
  }
}

function end(w: World, index: number, how: "terminate" | "kill", runId: string | null): void {
  const { server } = siteAt(w, index);
  if (server === null || server.run !== runId) return;
  // One that is frozen and open cannot be closed otherwise.
  const unable = server.frozen && server.door !== "closed";
  if (how === "kill" && !unable && !isKept(w, server.data.log, index))
    checkGone(w, index, server.data.log, "its guard killed the process");
  endServer(w, index, how === "kill" || server.frozen ? "killed" : "told");
}

function takeOverDragonfly(w: World, index: number, epoch: number, note: (change: Partial<Run>) => void): void {
  const came = takeOver(w, index);
  const at = epoch as Extract<Action, { kind: "takeOver" }>["epoch"];
  note({
    takeover:
      came === "done"
        ? { kind: "succeeded", epoch: at }
        : {
            kind: "failed",
            epoch: at,
            outcome: came === "unknown" ? "unknown" : "refused",
            reason: `REPLTAKEOVER: ${came}`,
          },
  });
}

/** The dump under way ends, well or not. */
export function finishDump(w: World, index: number, guard: GuardProcess): void {
  const run = guard.server;
  if (run?.dump.kind !== "running") return;
  const { server, disk } = siteAt(w, index);
  const { epoch, writesUpperBound, of } = run.dump;
  const wanted = `diverged-before-epoch-${epoch}`;
  const file = disk.diverged.has(wanted) ? `${wanted}-${disk.diverged.size}` : wanted;
  const well = server !== null && !server.frozen && server.run === run.run && disk.mode === "well";
  if (well) disk.diverged.set(file, server.data);
  guard.server = {
    ...run,
    dump: { kind: "ended", epoch, writesUpperBound, of, file: well ? file : null, at: w.now },
  };
}

const atLeast = (a: DataVersion | null, b: DataVersion): DataVersion =>
  a === null || compareDataVersions(a, b) < 0 ? b : a;

/** One stamp. @throws where the server refuses it. */
export function writeBeat(w: World, index: number, guard: GuardProcess, version: DataVersion, sealed = false): void {
  const { server, name } = siteAt(w, index);
  const beat = {
    epoch: version.epoch,
    sequence: version.sequence,
    site: name,
    time: w.now,
    commands: server?.commands ?? 0,
    runId: server?.run ?? "",
    history: [...guard.history],
    sealed,
  };
  guard.nextBeat = { epoch: version.epoch, sequence: version.sequence + 1 };
  try {
    stamp(w, index, beat);
    guard.lastBeat = beat;
    guard.beatError = null;
  } catch (error) {
    guard.beatError = error instanceof Error ? error.message : String(error);
    throw error;
  }
}
