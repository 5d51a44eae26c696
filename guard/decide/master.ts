import type { SiteRoleSpec } from "../../contract/siteRole";
import type { AnsweringServer } from "../observe/observation";
import type { GuardState } from "../remember/guardState";
import type { Action, Decision } from "./action";
import { heldData, newerCopies, written } from "./data";
import { pendingHandover, prepare } from "./handover";
import { hasHeardPeers, isDecided, isFirstStartAtEpoch, objectionToForced, refuse, startServing } from "./promotion";
import { beginRecovery, isRecovering, recoverySource } from "./recovery";
import { AUTO_RESTORE_EPOCH, restoreEmpty } from "./restore";
import type { Situation } from "./situation";
import { closed, hold, isAllowedNow, serving, setAccess, setDumps } from "./steps";

/** The spec says primary and the server is a loaded master. */
export function decideMaster(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): Decision {
  const { state } = o;
  const uninterrupted = state.lastServed?.runId === server.runId && state.lastServed.epoch === spec.epoch;
  const handover = pendingHandover(o, spec);
  if (handover !== null) return prepare(o, spec, server, handover, uninterrupted);
  if (uninterrupted) return serve(o, []);

  const filling = restoreEmpty(o, spec, server);
  if (filling !== null) return filling;
  if (isDecided(o, spec, server)) return start(o, spec, server, false);
  const first = isFirstStartAtEpoch(o, spec) && !isRefilled(state);
  if (first && spec.mode === "handover") return startAfterTakeover(o, spec, server);
  // The operator's decision for this epoch stands in for the peer's word, once: a later start is judged like any other.
  if (first && (spec.mode === "forced" || spec.mode === "restored")) {
    const objection = spec.mode === "forced" ? objectionToForced(o, spec, server) : null;
    if (objection?.kind === "wait") return hold(o, "Promoting", objection.reason);
    if (objection?.kind === "refuse") return closed("Promoting", "refused", [refuse(o, spec, objection.reason)]);
    return start(o, spec, server, false);
  }
  return startAgain(o, spec, server);
}

function startAfterTakeover(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): Decision {
  const { takeover, state } = o;
  const tookOver =
    (takeover.kind === "succeeded" && takeover.epoch === spec.epoch) ||
    (state.takeoverBegun?.epoch === spec.epoch && state.takeoverBegun.runId === server.runId);
  if (tookOver) return start(o, spec, server, true);
  if (!hasHeardPeers(o)) return hold(o, "Promoting", "waits for the peers' answer");
  const reason =
    `the server was started again before it took over, so nothing proves that its data is complete; ` +
    `run dragonfly-dr failover --to ${newerCopies(o, heldData(state, server))[0]?.site ?? o.site}`;
  return closed("Promoting", "no proof", [refuse(o, spec, reason)]);
}

const isHeard = ({ state }: Situation, server: AnsweringServer): boolean =>
  state.peersReached?.runId === server.runId && state.peersReached.sites.length > 0;

/** Its disk was lost, and it has loaded a snapshot by itself: a start like any other, whatever the role came by. */
const isRefilled = (state: GuardState): boolean =>
  state.promotion === null && state.restored?.epoch === AUTO_RESTORE_EPOCH;

/** Rules 1, 2 and 7: a primary whose server has started again. */
function startAgain(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): Decision {
  const unheard = reasonToAsk(o, spec, server);
  if (unheard !== null) return hold(o, "Holding", unheard);
  const own = heldData(o.state, server);
  const lost = isAllowedNow(spec.peerLost, server);
  const [newer] = newerCopies(o, own).filter((copy) => copy.reachable || !lost);
  if (newer === undefined || isAllowedNow(spec.acceptLoss, server))
    return start(o, spec, server, isRecovering(o, spec, server));
  const source = recoverySource(o, spec, own);
  if (source !== null) return beginRecovery(o, spec, server, source);
  const asked = newer.reachable ? "has" : "had, when it was last heard,";
  return hold(
    o,
    "Holding",
    `site ${newer.site} ${asked} newer data (${written(newer.data)}) than this server` +
      `${own === null ? "" : ` (${written(own)})`}; run dragonfly-dr failover --to ${newer.site}, ` +
      `or dragonfly-dr serve --accept-loss --site ${o.site}`,
  );
}

/** Rule 2: who has to be heard before this site may serve after a start; null when nobody has. */
function reasonToAsk(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): string | null {
  if (o.peersConfigured.length === 0 || isAllowedNow(spec.peerLost, server)) return null;
  const reached = isHeard(o, server) ? (o.state.peersReached?.sites ?? []) : [];
  const missing = o.peersConfigured.filter((site) => !reached.includes(site));
  const command = `if the peer is lost, run dragonfly-dr peer-lost --site ${o.site}`;
  if (o.state.lostAtEpoch !== null && missing.length > 0)
    return (
      `the guard's state was lost with the volume, and ${missing.join(", ")} could not be reached since; ` +
      `${command}`
    );
  if (reached.length > 0 || o.onPeerUnreachable === "serve") return null;
  return `the server has started and no peer could be reached since (${missing.join(", ")}); ${command}`;
}

/** The first heartbeat is written before anybody comes in. */
const start = (o: Situation, spec: SiteRoleSpec, server: AnsweringServer, proven: boolean): Decision => ({
  ...serve(o, [startServing(o, spec, server, proven)]),
  phase: "Promoting",
});

const serve = (o: Situation, first: readonly Action[]): Decision =>
  serving("Serving", "serves as primary", [...first, ...setDumps(o, "on"), ...setAccess(o, "open")]);
