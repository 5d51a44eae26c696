import { beat, pollPeers, readRole, startGuard, turns, type Rules } from "../guard/turn";
import type { GuardReport } from "../../../contract/guardReport";
import { reportOfGuard } from "../guard/report";
import { checkRoles, checkServing } from "./invariants";
import { clientWrites, replicate, startServer } from "./server";
import { siteAt, type World } from "./world";

export const ROUND_MS = 250;

/** A quiet guard writes no more often (guard/http/statusWriter.ts). */
const STATUS_INTERVAL_MS = 5_000;

/** Writes the status where it says something new, and every few seconds besides. */
export function writeStatus(w: World, index: number): void {
  const { guard, api } = siteAt(w, index);
  if (guard === null || api.object === null || guard.role.kind !== "present") return;
  if (api.mode !== "well" && api.mode !== "forbids-writes") return;
  const report = (guard.answer ??= reportOfGuard(w, index, guard));
  const key = keyOf(report);
  if (guard.statusAt !== null && w.now - guard.statusAt < STATUS_INTERVAL_MS && key === guard.statusKey) return;
  guard.statusAt = w.now;
  guard.statusKey = key;
  const { specEpoch, specRole, now, heartbeat, promotionRunId, ...status } = report;
  void [specEpoch, specRole, now, heartbeat, promotionRunId];
  api.version += 1;
  const metadata = { ...api.object.metadata, resourceVersion: String(api.version) };
  api.object = { ...api.object, metadata, status };
}

/** What is new is a change of state, not the passing of time: as keyOf of guard/http/statusWriter.ts has it. */
function keyOf(s: GuardReport): string {
  const parts: unknown[][] = [
    [s.phase, s.role, s.epoch, s.serving, s.observedGeneration, s.handover?.epoch, s.handover?.position?.offset],
    [s.refusal?.epoch, s.promotion?.epoch, s.promotion?.mode, s.divergence?.epoch, s.divergence?.dump],
    [s.replication?.inSync, s.replication?.linkUp, s.replication?.source, s.server?.runId],
    [s.snapshots?.newest?.id, s.snapshots?.restore?.state, s.snapshots?.restore?.epoch],
    ...s.peers.map((p) => [p.reachable, p.role, p.epoch, p.serving]),
  ];
  return parts.join(";");
}

/** A quarter of a second of everything, in one fixed order; other orders are made by single steps. */
export function round(w: World, rules: Rules, ms = ROUND_MS): void {
  w.now += ms;
  for (const [i, site] of w.sites.entries()) {
    if (site.server === null) startServer(w, i);
    else if (site.server.loading) site.server.loading = false;
    if (site.guard === null) startGuard(w, i);
    clientWrites(w, i);
    beat(w, i);
  }
  for (const i of w.sites.keys()) replicate(w, i);
  for (const [i, site] of w.sites.entries()) {
    readRole(w, i);
    if (site.guard?.restore?.state === "fetching") placeSnapshot(w, i);
  }
  for (const i of w.sites.keys()) pollPeers(w, i);
  for (const i of w.sites.keys()) turns(w, i, rules);
  for (const i of w.sites.keys()) writeStatus(w, i);
  checkServing(w);
  checkRoles(w);
}

function placeSnapshot(w: World, index: number): void {
  const { guard, disk, snapshots } = siteAt(w, index);
  const newest = snapshots[snapshots.length - 1];
  if (guard === null || guard.restore === null) return;
  if (newest === undefined || disk.mode !== "well") guard.restore = { ...guard.restore, state: "failed" };
  else {
    disk.main = newest;
    guard.restore = { ...guard.restore, state: "placed" };
  }
}
