import { decide } from "../../../guard/decide/decide";
import { missingProof } from "../../../guard/decide/proof";
import { NOTHING_YET } from "../../../guard/guardView";
import type { DumpView, Observation, OwnReport, ServerView } from "../../../guard/observe/observation";
import { accessOf, INITIAL_STATE, ownClaim } from "../../../guard/remember/guardState";
import { remember } from "../../../guard/remember/remember";
import type { Storage } from "../../../guard/remember/stateFile";
import { compareDataVersions, higherClaim } from "../../../contract/epochs";
import type { Heartbeat } from "../../../contract/heartbeat";
import type { SiteRoleStatus } from "../../../contract/siteRole";
import type { Epoch, Milliseconds } from "../../../server/types";
import { promote } from "../world/server";
import { connected, siteAt, type World } from "../world/world";
import { apply, finishDump, writeBeat } from "./effects";
import { look } from "./observe";
import { GuardDied } from "./process";
import { reportOfGuard, sinceHandoverMs } from "./report";
import { failed, took, viewOf } from "./sight";
import { usersHash, type Dump, type GuardProcess, type Run } from "./state";
import { readState, store } from "./stateFile";

/** The guard's pure part; a mutant puts another in its place. */
export interface Rules {
  readonly remember: typeof remember;
  readonly decide: typeof decide;
  readonly prove: typeof missingProof;
}

export const REAL_RULES: Rules = { remember, decide, prove: missingProof };

const LONG_AGO_MS = 3_600_000;
const MOST_TURNS = 12;

/** A guard's process starts: what it knows is on the volume. */
export function startGuard(w: World, index: number): void {
  const site = siteAt(w, index);
  const written = readState(w, index);
  site.guard = {
    state: written ?? INITIAL_STATE,
    written,
    writtenAt: w.now,
    failure: null,
    role: { kind: "unknown" },
    generation: 0,
    reported: undefined,
    passwordsKnown: [site.passwords],
    told: {},
    handoverSeen: null,
    stoppedServingAt: null,
    server: null,
    terminating: false,
    restore: null,
    restoreAskedAt: null,
    silentSince: null,
    linkDownSince: null,
    beatSeen: null,
    seenRun: null,
    beating: null,
    nextBeat: null,
    history: [],
    lastBeat: null,
    beatError: null,
    result: NOTHING_YET,
    answer: null,
    statusAt: null,
    statusKey: "",
    peers: w.sites.flatMap((_, peer) =>
      peer === index
        ? []
        : [{ peer, report: null, reachable: false, servingSince: null, lastContact: null, askedAt: null }],
    ),
  };
  // Written anew at once, as the file's own class does when it is opened.
  try {
    store(w, index, site.guard, site.guard.state);
  } catch (error) {
    if (!(error instanceof GuardDied)) throw error;
    site.guard = null;
  }
}

/** Reads the role object, where the API server lets it. */
export function readRole(w: World, index: number): void {
  const { guard, api } = siteAt(w, index);
  if (guard === null || api.mode === "down") return;
  if (api.object === null) guard.role = { kind: "missing" };
  else {
    if (guard.reported === undefined) guard.reported = reportIn(api.object.status);
    guard.role = { kind: "present", spec: api.object.spec, reported: guard.reported };
  }
  guard.generation = api.object?.metadata.generation ?? 0;
}

/** As guard/kube/roleClient.ts takes it out of the object that it reads first. */
function reportIn(status: SiteRoleStatus | undefined): OwnReport | null {
  if (status === undefined) return null;
  const { promotion, refusal, highestClaim, epoch } = status;
  return {
    epoch,
    promotion: promotion === undefined ? null : { ...promotion, epoch: promotion.epoch as Epoch, runIdSeen: null },
    refusal: refusal ?? null,
    highestClaim: highestClaim ?? null,
  };
}

export function pollPeers(w: World, index: number): void {
  const { guard } = siteAt(w, index);
  if (guard === null) return;
  for (const sight of guard.peers) {
    const peer = siteAt(w, sight.peer);
    if (peer.guard === null || !connected(w, index, sight.peer)) failed(sight);
    else {
      const claim = ownClaim(guard.state);
      if (claim !== null) {
        const known = peer.guard.told[claim.site] ?? null;
        peer.guard.told = { ...peer.guard.told, [claim.site]: higherClaim(known, claim) };
      }
      took(w, sight, (peer.guard.answer ??= reportOfGuard(w, sight.peer, peer.guard)));
    }
  }
}

/** Cycles until nothing is left to do at once. A guard that dies in between is gone. */
export function turns(w: World, index: number, rules: Rules): void {
  for (let i = 0; i < MOST_TURNS; i++) {
    const { guard } = siteAt(w, index);
    if (guard === null) return;
    try {
      guard.answer = null;
      finishDump(w, index, guard);
      if (!turn(w, index, guard, rules)) return;
    } catch (error) {
      if (!(error instanceof GuardDied)) throw error;
      siteAt(w, index).guard = null;
      return;
    }
  }
}

/** One cycle: observe, remember, decide, apply, as guard/guard.ts goes through them. */
function turn(w: World, index: number, guard: GuardProcess, rules: Rules): boolean {
  const runId = attach(w, index, guard);
  const server = look(w, index, guard);
  if (w.engine === "redis") prove(w, index, guard, rules);
  const observation = observe(w, index, guard, server);
  const state = rules.remember(guard.state, observation);
  const durable = store(w, index, guard, state, guard.result.decision.serving ? "lazy" : "now");
  const storage: Storage = durable ? { kind: "durable" } : { kind: "failing", reason: guard.failure ?? "" };
  const decision = rules.decide(state, observation, storage);
  if (decision.serving) guard.stoppedServingAt = null;
  else if (guard.result.decision.serving) guard.stoppedServingAt = new Date(w.now).toISOString();
  const conclude = (failure: string | null): void => {
    const access = accessOf(guard.state, runId, usersHash(guard));
    guard.result = { decision, server, access, epoch: state.highestEpoch, failure };
  };
  if (!decision.heartbeat) guard.beating = null;
  if (!decision.serving) conclude(null);
  let failure: string | null = null;
  for (const action of decision.actions) {
    try {
      apply(w, index, guard, action, server);
    } catch (error) {
      if (error instanceof GuardDied) throw error;
      failure = `${action.kind}: ${error instanceof Error ? error.message : String(error)}`;
      break;
    }
  }
  if (decision.heartbeat && failure === null)
    beginBeats(guard, server.kind === "answering" ? (server.heartbeat ?? null) : null);
  conclude(failure);
  return decision.actions.length > 0 && failure === null;
}

/** As guard/apply/heartbeatWriter.ts starts: from what is in the server. */
function beginBeats(guard: GuardProcess, found: Heartbeat | null): void {
  if (guard.server === null) return;
  if (guard.beating === guard.server.run && guard.nextBeat !== null) return;
  guard.beating = guard.server.run;
  if (found === null || (guard.nextBeat !== null && compareDataVersions(found, guard.nextBeat) < 0)) return;
  guard.nextBeat = { epoch: found.epoch, sequence: found.sequence + 1 };
  guard.history = found.history;
}

const NEW_RUN: Omit<Run, "run" | "metAt"> = {
  with: null,
  dumps: null,
  credentials: null,
  takeover: { kind: "none" },
  takeoverUntil: 0,
  dump: { kind: "none" },
  followedAt: null,
};

/** Leaves a run of the server that has ended, meets the one that is there. */
function attach(w: World, index: number, guard: GuardProcess): string | null {
  const found = siteAt(w, index).server?.run ?? null;
  if (guard.server !== null && guard.server.run !== found) {
    guard.beating = null;
    guard.server = null;
  }
  if (guard.server === null && found !== null) {
    guard.server = { ...NEW_RUN, run: found, metAt: w.now };
    for (const sight of guard.peers) failed(sight);
  }
  return found;
}

const since = (w: World, at: number | null): Milliseconds => (at === null ? LONG_AGO_MS : w.now - at) as Milliseconds;

function observe(w: World, index: number, guard: GuardProcess, server: ServerView): Observation {
  const { server: run, restore } = guard;
  return {
    site: siteAt(w, index).name,
    engine: w.engine,
    peersConfigured: guard.peers.map((sight) => siteAt(w, sight.peer).name),
    onPeerUnreachable: "hold",
    onCrash: w.onCrash,
    onSilent: "wait",
    replacesWhileSyncing: w.engine === "dragonfly",
    usersHash: usersHash(guard),
    role: guard.role,
    dumps: run?.dumps ?? null,
    credentials: w.engine === "redis" ? (run?.credentials ?? null) : null,
    server,
    peers: guard.peers.map((sight) => viewOf(w, sight)),
    takeover: run?.takeover ?? { kind: "none" },
    toldClaims: Object.values(guard.told),
    divergenceDump: dumpView(w, run?.dump ?? { kind: "none" }),
    snapshots: {
      restoreWhenEmpty: false,
      reachable: true,
      requesting: false,
      requested: null,
      sinceAskedMs: since(w, guard.restoreAskedAt),
      restore: restore === null ? null : { ...restore, id: restore.from, reason: restore.state },
    },
    sinceFollowMs: since(w, run?.followedAt ?? null),
    sinceMetMs: (run === null ? 0 : w.now - run.metAt) as Milliseconds,
    sinceHandoverMs: sinceHandoverMs(w, guard) as Milliseconds,
    terminating: guard.terminating,
  };
}

function dumpView(w: World, dump: Dump): DumpView {
  if (dump.kind !== "ended") return { kind: dump.kind };
  const { at, ...ended } = dump;
  return { ...ended, forMs: (w.now - at) as Milliseconds };
}

/** Redis: one look at the proof of a handover that is under way (guard/apply/takeover.ts). */
function prove(w: World, index: number, guard: GuardProcess, rules: Rules): void {
  const run = guard.server;
  const { server } = siteAt(w, index);
  if (run === null || server === null || run.takeover.kind !== "running" || server.frozen) return;
  const { epoch } = run.takeover;
  const { spec } = guard.state;
  const fail = (reason: string): void => {
    guard.server = { ...run, takeover: { kind: "failed", epoch, outcome: "refused", reason } };
  };
  if (spec?.proof === undefined || spec.source === undefined) return fail("no proof was given");
  const late = w.now > run.takeoverUntil;
  const from = w.sites.findIndex((s) => s.name === spec.source);
  const peer = siteAt(w, from).guard;
  if (peer === null || !connected(w, index, from)) {
    if (late) fail("the proof of the handover could not be had: no answer");
    return;
  }
  const { handover, serving, handoverRemainingMs: remainingMs } = reportOfGuard(w, from, peer);
  const own = server.syncing ? null : { replicationId: server.replicationId, offset: server.offset };
  const missing = rules.prove(epoch, spec.proof, { handover: handover ?? null, serving, remainingMs }, own);
  if (missing !== null) {
    if (!missing.wait || late) fail(missing.reason);
    return;
  }
  promote(w, index);
  guard.server = { ...run, takeover: { kind: "succeeded", epoch } };
}

/** One stamp, where heartbeats go on. */
export function beat(w: World, index: number): void {
  const { guard, server } = siteAt(w, index);
  if (guard === null || server === null || guard.beating !== server.run || guard.nextBeat === null) return;
  try {
    writeBeat(w, index, guard, guard.nextBeat);
  } catch {
    // said in the status
  }
}
