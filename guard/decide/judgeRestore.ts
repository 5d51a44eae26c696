import { hold, isAllowedNow, setDoor, setDumps } from "./decisions";
import type { Action, AnsweringServer, Decision, Observation, SnapshotsView } from "./observation";
import type { SiteRoleSpec } from "../../contract/siteRole";

/** For a restore that a site with an empty server begins by itself: no promotion's epoch. */
export const OWN_DOING = 0;
/** A store that does not answer is asked again so often. */
const ASK_AGAIN_MS = 30_000;

/**
 * A promotion from a snapshot: close, keep a dump of what is there, have the snapshot put in place, end the server, and
 * admit
 * the next process once it has loaded it. @returns the next step; null when only admitting is left.
 */
export function judgeRestore(o: Observation, spec: SiteRoleSpec, server: AnsweringServer): Decision | null {
  const { memory, snapshots } = o;
  const refuse = (reason: string): Decision =>
    waiting(reason, [{ kind: "refuse", epoch: spec.epoch, reason, outcome: "refused" }]);
  const from = spec.restore?.from;
  if (from === undefined) return refuse("the object names no snapshot to restore");
  if (snapshots === null) return refuse("this site keeps no snapshots; set snapshots.s3 or snapshots.aws");

  if (memory.restored?.epoch === spec.epoch) {
    if (memory.restored.runId === server.runId) return ended(o, memory.restored.snapshot);
    if (server.heartbeat == null)
      return refuse(
        `the server did not load snapshot ${memory.restored.snapshot}: there is no heartbeat in its data; its log says why`,
      );
    return null;
  }
  // Nobody reads or writes what is about to go, and no dump of it is written over what is put in place.
  const quiet: Action[] = [
    ...setDoor(o, "closed"),
    ...(server.role === "replica" ? [{ kind: "detach" } as const] : []),
    ...setDumps(o, "off"),
  ];
  if (quiet.length > 0) return waiting("closed for the restore", quiet);
  if (o.savingDivergence) return waiting("keeping a dump of what the server holds", []);
  const holds = server.heartbeat != null && (memory.divergence?.epoch ?? 0) < spec.epoch;
  if (holds)
    return waiting("keeping a dump of what the server holds", [
      { kind: "saveDivergence", epoch: spec.epoch, writesUpperBound: null },
    ]);
  if (server.dumping) return waiting("the server's dump goes on", []);
  return bring(o, snapshots, from, spec.epoch, refuse);
}

/**
 * A primary that started empty while no peer has anything, where that is configured: the newest snapshot is loaded
 * before it is
 * judged like any other. @returns null where this does not apply, or there is none.
 */
export function restoreEmpty(o: Observation, spec: SiteRoleSpec, server: AnsweringServer): Decision | null {
  const { snapshots, memory } = o;
  if (
    snapshots === null ||
    !snapshots.restoreWhenEmpty ||
    isAllowedNow(spec.acceptLoss, server) ||
    spec.acceptPartial === true ||
    server.heartbeat !== null
  )
    return null;
  if (o.peers.some((peer) => peer.reachable && peer.dataVersion !== null)) return null;
  const own = snapshots.restore?.epoch === OWN_DOING ? snapshots.restore : null;
  if (own?.state === "none") return null;
  // Loaded once already, and empty again: a second time would be no better.
  if (memory.restored?.epoch === OWN_DOING && memory.restored.runId !== server.runId) return null;
  if (memory.restored?.epoch === OWN_DOING) return ended(o, memory.restored.snapshot);
  const quiet: Action[] = [...setDoor(o, "closed"), ...setDumps(o, "off")];
  if (quiet.length > 0) return holding("the server is empty; its newest snapshot is to be loaded", quiet);
  const stuck = (reason: string): Decision =>
    holding(
      `the server is empty, and its newest snapshot cannot be had: ${reason}; it is tried again; to serve empty, run dragonfly-dr serve --accept-loss --site ${o.site}`,
      snapshots.sinceAskedMs < ASK_AGAIN_MS ? [] : [{ kind: "restore", from: "newest", epoch: OWN_DOING }],
    );
  return { ...bring(o, snapshots, "newest", OWN_DOING, stuck), phase: "Holding" };
}

function bring(
  o: Observation,
  snapshots: SnapshotsView,
  from: string,
  epoch: number,
  failed: (reason: string) => Decision,
): Decision {
  const restore = snapshots.restore;
  if (restore === null || restore.epoch !== epoch || restore.from !== from)
    return waiting(`asking for snapshot ${from}`, [{ kind: "restore", from, epoch }]);
  switch (restore.state) {
    case "fetching":
      return waiting(`fetching snapshot ${restore.id ?? from}`, []);
    case "placed":
      return waiting(`snapshot ${restore.id ?? from} is in place`, [
        { kind: "recordRestored", snapshot: restore.id ?? from, epoch },
      ]);
    case "failed":
    case "none":
      return failed(restore.reason);
  }
}

/** It must not save what it holds over what was put in place: killed, not told to stop. */
const ended = (o: Observation, snapshot: string): Decision => ({
  ...hold(o, "Promoting", `ending the server so that it loads snapshot ${snapshot}`),
  actions: [...setDoor(o, "closed"), ...setDumps(o, "off"), { kind: "endServer", how: "kill", forEpoch: null }],
});

const waiting = (reason: string, actions: readonly Action[]): Decision => ({
  phase: "Promoting",
  reason,
  actions,
  heartbeat: false,
  serving: false,
});
const holding = (reason: string, actions: readonly Action[]): Decision => ({
  ...waiting(reason, actions),
  phase: "Holding",
});
