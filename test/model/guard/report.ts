import type { GuardReport } from "../../../contract/guardReport";
import type { ServerStatus } from "../../../contract/siteRole";
import type { SnapshotsReport } from "../../../contract/snapshotsReport";
import type { SiteFile } from "../../../contract/siteFile";
import type { GuardView } from "../../../guard/guardView";
import { reportOf } from "../../../guard/http/report";
import { bytes } from "../../../server/types";
import { siteAt, type World } from "../world/world";
import { recordOf } from "./sight";
import type { GuardProcess } from "./state";

const MEBIBYTE = 2 ** 20;

/** The product's own report, over the search's state. */
export function reportOfGuard(w: World, index: number, guard: GuardProcess): GuardReport {
  const site = siteAt(w, index);
  const view: GuardView = {
    config: configOf(w, index),
    result: guard.result,
    state: guard.state,
    role: { view: guard.role, generation: guard.generation, apiServerReachable: site.api.mode !== "down" },
    peers: guard.peers.map((sight) => recordOf(w, sight)),
    heartbeat: { last: guard.lastBeat, lastError: guard.beatError, failures: 0 },
    server: { status: serverStatus(w, index), figures: [], runs: 1 },
    stoppedServingAt: guard.stoppedServingAt,
    sinceHandoverMs: () => sinceHandoverMs(w, guard),
    snapshots: { report: snapshotsReport(w, index, guard), metrics: () => Promise.resolve("") },
  };
  return reportOf(view, () => w.now);
}

/** As guard/observe/handoverClock.ts counts. */
export function sinceHandoverMs(w: World, guard: GuardProcess): number {
  const { role, handoverSeen } = guard;
  const epoch = role.kind === "present" ? role.spec.handover?.epoch : handoverSeen?.epoch;
  if (epoch === undefined) guard.handoverSeen = null;
  else if (handoverSeen?.epoch !== epoch) guard.handoverSeen = { epoch, since: w.now };
  return guard.handoverSeen === null ? 0 : w.now - guard.handoverSeen.since;
}

const configOf = (w: World, index: number): SiteFile => ({
  site: siteAt(w, index).name,
  namespace: "cache",
  engine: w.engine,
  snapshotCron: null,
  dbfilename: "dump",
  peers: [],
  users: [],
  defaultUser: "locked",
  onPeerUnreachable: "hold",
  onCrash: w.onCrash,
  onSilent: "wait",
});

function serverStatus(w: World, index: number): ServerStatus | null {
  const { server, small } = siteAt(w, index);
  if (server === null) return null;
  return {
    engine: w.engine,
    version: "7.0.15",
    runId: server.run,
    threads: 1,
    usedMemoryBytes: bytes(server.data.log === null ? 1 : 100 * MEBIBYTE),
    maxMemoryBytes: bytes((small ? 90 : 200) * MEBIBYTE),
  };
}

export const snapshotId = (index: number): string => `20260101T0000${String(index).padStart(2, "0")}Z-e1-1`;

function snapshotsReport(w: World, index: number, guard: GuardProcess): SnapshotsReport {
  const { name, snapshots } = siteAt(w, index);
  const newest = snapshots.length === 0 ? null : snapshotId(snapshots.length - 1);
  const { restore } = guard;
  return {
    site: name,
    state: "ok",
    reason: "",
    busy: false,
    newest:
      newest === null
        ? null
        : { id: newest, site: name, time: "2026-01-01T00:00:00.000Z", bytes: bytes(MEBIBYTE), seconds: 1 },
    count: snapshots.length,
    next: null,
    request: null,
    restore: restore === null ? null : { ...restore, id: newest, reason: restore.state, bytes: 1, seconds: 1 },
    drill: null,
    proven: null,
  };
}
