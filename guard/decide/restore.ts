import type { SiteRoleSpec } from "../../contract/siteRole";
import type { AnsweringServer, SnapshotsView } from "../observe/observation";
import type { Action, Decision } from "./action";
import { keepHeld } from "./divergence";
import type { Situation } from "./situation";
import { closed, hold, isAllowedNow, setAccess, setDumps } from "./steps";

/** For a restore that a site with an empty server begins by itself: no promotion's epoch. */
export const AUTO_RESTORE_EPOCH = 0;
/** A store that does not answer is asked again so often. */
const ASK_AGAIN_MS = 30_000;

/**
 * A promotion from a snapshot: close, keep a dump of what is there, have the snapshot put in place, end the server, and
 * start serving with the next process once it has loaded it. @returns the next step; null when only admitting is left.
 */
export function decideRestore(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): Decision | null {
  const { state, snapshots } = o;
  const refuse = (reason: string): Decision =>
    waiting(reason, [{ kind: "refuse", epoch: spec.epoch, reason, outcome: "refused", unheard: false }]);
  const from = spec.restore?.from;
  if (from === undefined) return refuse("the object names no snapshot to restore");
  if (snapshots === null) return refuse("this site keeps no snapshots; set snapshots.s3 or snapshots.aws");

  if (state.restored?.epoch === spec.epoch) {
    if (state.restored.runId === server.runId) return ended(o, state.restored.snapshot);
    if (server.heartbeat == null)
      return refuse(
        `the server did not load snapshot ${state.restored.snapshot}: there is no heartbeat in its data; its ` +
          "log says why",
      );
    return null;
  }
  // Nobody reads or writes what is about to go, and no dump of it is written over what is put in place.
  const quiet: Action[] = [
    ...setAccess(o, "closed"),
    ...(server.role === "replica" ? [{ kind: "detach" } as const] : []),
    ...setDumps(o, "off"),
  ];
  if (quiet.length > 0) return waiting("closed for the restore", quiet);
  const keeping = keepHeld(o, spec.epoch);
  if (keeping !== null) return waiting(keeping.reason, keeping.actions);
  if (server.dumping) return waiting("the server's dump goes on", []);
  return fetchAndPlace(o, snapshots, from, spec.epoch, refuse);
}

/**
 * A primary that started empty while no peer has anything, where that is configured: the newest snapshot is loaded
 * before it is judged like any other. @returns null where this does not apply, or there is none.
 */
export function restoreEmpty(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): Decision | null {
  const { snapshots, state } = o;
  if (
    snapshots === null ||
    !snapshots.restoreWhenEmpty ||
    isAllowedNow(spec.acceptLoss, server) ||
    spec.acceptPartial === true ||
    server.heartbeat !== null
  )
    return null;
  if (o.peersConfigured.some((site) => (state.peers[site]?.data ?? null) !== null)) return null;
  const own = snapshots.restore?.epoch === AUTO_RESTORE_EPOCH ? snapshots.restore : null;
  if (own?.state === "none") return null;
  // Loaded once already, and empty again: a second time would be no better.
  if (state.restored?.epoch === AUTO_RESTORE_EPOCH && state.restored.runId !== server.runId) return null;
  if (state.restored?.epoch === AUTO_RESTORE_EPOCH) return ended(o, state.restored.snapshot);
  const quiet: Action[] = [...setAccess(o, "closed"), ...setDumps(o, "off")];
  if (quiet.length > 0) return holding("the server is empty; its newest snapshot is to be loaded", quiet);
  const stuck = (reason: string): Decision =>
    holding(
      `the server is empty, and its newest snapshot cannot be had: ${reason}; it is tried again; to serve ` +
        `empty, run dragonfly-dr serve --accept-loss --site ${o.site}`,
      snapshots.sinceAskedMs < ASK_AGAIN_MS ? [] : [{ kind: "restore", from: "newest", epoch: AUTO_RESTORE_EPOCH }],
    );
  return { ...fetchAndPlace(o, snapshots, "newest", AUTO_RESTORE_EPOCH, stuck), phase: "Holding" };
}

function fetchAndPlace(
  o: Situation,
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
const ended = (o: Situation, snapshot: string): Decision => ({
  ...hold(o, "Promoting", `ending the server so that it loads snapshot ${snapshot}`),
  actions: [...setAccess(o, "closed"), ...setDumps(o, "off"), { kind: "endServer", how: "kill", forEpoch: null }],
});

const waiting = (reason: string, actions: readonly Action[]): Decision => closed("Promoting", reason, actions);
const holding = (reason: string, actions: readonly Action[]): Decision => closed("Holding", reason, actions);
