import type { SiteRoleSpec } from "../../contract/siteRole";
import type { AnsweringServer } from "../observe/observation";
import type { GuardState } from "../remember/guardState";
import type { Action, Decision } from "./action";
import { isFirstStartAtEpoch, promotionOf, refuse } from "./promotion";
import { AUTO_RESTORE_EPOCH, restoreEmpty } from "./restore";
import type { Situation } from "./situation";
import { closed, hold, isAllowedNow, isOlder, setAccess, setDumps } from "./steps";

/** The spec says primary and the server is a loaded master. */
export function decideMaster(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): Decision {
  const { state } = o;
  const uninterrupted = state.lastServed?.runId === server.runId && state.lastServed.epoch === spec.epoch;
  const handover = spec.handover;
  if (handover !== undefined && handover.epoch > spec.epoch) return prepare(o, spec, server, uninterrupted);
  if (uninterrupted) return serve(o, "serves as primary", []);

  const filling = restoreEmpty(o, spec, server);
  if (filling !== null) return filling;
  const first = isFirstStartAtEpoch(o, spec) && !isRefilled(state);
  if (first && spec.mode === "handover") {
    const tookOver =
      (o.takeover.kind === "succeeded" && o.takeover.epoch === spec.epoch) ||
      (state.takeoverBegun?.epoch === spec.epoch && state.takeoverBegun.runId === server.runId);
    if (!tookOver)
      return closed("Promoting", "no proof", [
        refuse(spec, "the server was restarted before the takeover, so nothing proves that its data is complete"),
      ]);
    return startServing(o, spec, server);
  }
  // The operator's decision for this epoch stands in for the peer's word, once: a later start is judged like any other.
  const forcedNow = first && (spec.mode === "forced" || spec.mode === "restored");
  if (forcedNow && server.heartbeat == null && spec.acceptPartial !== true) {
    return closed("Promoting", "empty", [
      refuse(
        spec,
        "this server holds no data of the cache; run failover again with --accept-partial to serve it all the same",
      ),
    ]);
  }
  if (!forcedNow) {
    const objection = reasonToHold(o, spec, server);
    if (objection !== null) return hold(o, "Holding", objection);
  }
  return startServing(o, spec, server);
}

/** Its disk was lost, and it has loaded a snapshot by itself: a start like any other, whatever the role came by. */
const isRefilled = (state: GuardState): boolean =>
  state.promotion === null && state.restored?.epoch === AUTO_RESTORE_EPOCH;

/** Rules 1 and 2: why this master may not serve yet; null when it may. */
function reasonToHold(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): string | null {
  const reached = o.state.peerReached === server.runId;
  const mayBeAlone = isAllowedNow(spec.peerLost, server) || o.onPeerUnreachable === "serve";
  if (o.peersConfigured.length > 0 && !reached && !mayBeAlone) {
    return `the server has started and no peer could be reached since (${o.peersConfigured.join(", ")}); if the peer is lost, run dragonfly-dr peer-lost --site ${o.site}`;
  }
  if (isAllowedNow(spec.acceptLoss, server)) return null;
  const newer = o.peers.find((p) => p.reachable && p.dataVersion !== null && isOlder(server, p.dataVersion));
  if (newer === undefined) return null;
  return `site ${newer.site} has newer data than this server; run dragonfly-dr failover --to ${newer.site}, or dragonfly-dr serve --accept-loss --site ${o.site}`;
}

/**
 * The first heartbeat of this epoch is written before anybody comes in, above every data version that a peer has shown.
 */
function startServing(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): Decision {
  const sequence =
    Math.max(0, server.heartbeat?.sequence ?? 0, ...o.peers.map((p) => p.dataVersion?.sequence ?? 0)) + 1;
  const promotion = o.state.promotion?.epoch === spec.epoch ? o.state.promotion : promotionOf(o, spec, server, false);
  return serve(o, "serves as primary", [{ kind: "startServing", promotion, atLeast: { epoch: spec.epoch, sequence } }]);
}

function serve(o: Situation, reason: string, first: readonly Action[]): Decision {
  return serving("Serving", reason, [...first, ...setDumps(o, "on"), ...setAccess(o, "open")]);
}

/** Another site is to take over from this primary. */
function prepare(o: Situation, spec: SiteRoleSpec, server: AnsweringServer, uninterrupted: boolean): Decision {
  const handover = spec.handover;
  if (handover === undefined) return hold(o, "Holding", "no handover");
  if (!uninterrupted)
    return hold(
      o,
      "Prepared",
      `the server ended during the handover to ${handover.to}, so it waits to be its replica at epoch ${handover.epoch}`,
    );
  const recorded = o.state.handover?.epoch === handover.epoch && o.state.handover.runId === server.runId;
  const record: Action[] = recorded ? [] : [{ kind: "recordHandover", epoch: handover.epoch }];
  if (o.engine === "dragonfly") {
    // REPLTAKEOVER is the proof and the close in one: this side serves until then.
    return serving("Preparing", `serves until ${handover.to} takes over`, [...record, ...setAccess(o, "open")]);
  }
  return closed("Prepared", `closed for the handover to ${handover.to}`, [...setAccess(o, "handover"), ...record]);
}

const serving = (phase: Decision["phase"], reason: string, actions: readonly Action[]): Decision => ({
  phase,
  reason,
  actions,
  heartbeat: true,
  serving: true,
  inSync: false,
});
