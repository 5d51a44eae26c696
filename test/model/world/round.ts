import { beat, pollPeers, readRole, startGuard, turns, type Rules } from "../guard/turn";
import { reportOfGuard } from "../guard/report";
import { checkServing } from "./invariants";
import { clientWrites, replicate, startServer } from "./server";
import { siteAt, type World } from "./world";

export const ROUND_MS = 250;

/** Whether what was seen a moment ago still is, for a command that has to go on from there. */
export function writeStatus(w: World, index: number): void {
  const { guard, api } = siteAt(w, index);
  if (guard === null || api.object === null) return;
  if (api.mode !== "well" && api.mode !== "forbids-writes") return;
  const status = reportOfGuard(w, index, guard);
  // The status proper: the report holds what only guards need of each other.
  const { specEpoch, specRole, now, heartbeat, promotionRunId, ...rest } = status;
  void [specEpoch, specRole, now, heartbeat, promotionRunId];
  api.version += 1;
  api.object = {
    ...api.object,
    metadata: { ...api.object.metadata, resourceVersion: String(api.version) },
    status: rest,
  };
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
