import type { GuardReport } from "../../contract/guardReport";
import { heldData } from "../decide/data";
import { HANDOVER_LIMIT_MS } from "../decide/handover";
import type { GuardView } from "../guardView";
import { statusOf } from "./status";

/** What `/status` answers: computed for each question, so that what it says holds when it is said. */
export function reportOf(guard: GuardView, clock: () => number = Date.now): GuardReport {
  const { state, role } = guard;
  const { server } = guard.result;
  const spec = role.view.kind === "present" ? role.view.spec : role.view.kind === "unknown" ? state.spec : null;
  const answering = server.kind === "answering" ? server : null;
  return {
    ...statusOf(guard, clock),
    specEpoch: spec?.epoch ?? null,
    specRole: spec?.role ?? null,
    now: clock(),
    heartbeat: answering?.heartbeat ?? null,
    promotionRunId: state.promotion?.runIdSeen ?? null,
    data: heldData(state, server),
    empty: answering !== null && !answering.loading && answering.heartbeat === null,
    handoverRemainingMs: Math.max(0, HANDOVER_LIMIT_MS - guard.sinceHandoverMs()),
    refusedEpoch: state.refusal?.outcome === "refused" && !state.refusal.unheard ? state.refusal.epoch : null,
    ...exchangeOf(guard),
  };
}

/** What the guards of two sites have to know of each other while data or a role moves between them. */
function exchangeOf({
  state,
  result,
  config,
}: GuardView): Pick<GuardReport, "takingOver" | "recoveringFrom" | "givingTo"> {
  const { takeoverBegun, refusal, lastServed, recovery, spec } = state;
  const { server, access, decision } = result;
  const runId = server.kind === "absent" ? null : server.runId;
  const settled = refusal?.epoch === takeoverBegun?.epoch || lastServed?.epoch === takeoverBegun?.epoch;
  const gives = access === "source" && server.kind === "answering" && server.role === "primary";
  const source = spec?.role === "replica" && spec.source !== config.site ? (spec.source ?? null) : null;
  return {
    takingOver: takeoverBegun === null || settled ? null : takeoverBegun.epoch,
    recoveringFrom: decision.phase === "Recovering" && recovery?.runId === runId ? recovery.from : null,
    givingTo: gives ? source : null,
  };
}
