import { epoch } from "../../server/types";
import type { ReplicationPosition } from "../../contract/siteRole";
import type { Action } from "../decide/action";
import { accessOf, type GuardState } from "./guardState";

/** The run of the server that an action is for, and the users that it was judged with. */
export interface ActionContext {
  readonly runId: string;
  readonly usersHash: string;
}

/** The state that has to be on disk before the action takes effect; the same value where there is nothing to write. */
export function beforeAction(state: GuardState, action: Action, { runId, usersHash }: ActionContext): GuardState {
  switch (action.kind) {
    case "setAccess": {
      // A guard that dies while it opens must not take the server for closed afterwards.
      if (action.access === "closed") return state;
      const during = action.access === "open" ? "unknown" : accessOf(state, runId, usersHash);
      return { ...state, access: { runId, state: during, usersHash } };
    }
    case "withdrawHandover":
      return { ...state, handover: null, handoverWithdrawn: action.epoch };
    case "endServer":
      return action.forEpoch === null ? state : { ...state, serverEnd: { epoch: action.forEpoch, runId } };
    case "takeOver":
      return { ...state, takeoverBegun: { runId, epoch: action.epoch } };
    case "promote":
      return { ...state, promotion: action.promotion };
    case "refuse":
      return {
        ...state,
        refusal: { epoch: action.epoch, reason: action.reason, outcome: action.outcome, unheard: action.unheard },
      };
    case "giveUpDivergence":
      return { ...state, divergence: action.divergence };
    case "recover":
      return { ...state, recovery: { runId, epoch: action.epoch, from: action.from } };
    case "recordRestored":
      // What is loaded next may be older than anything that was seen here.
      return {
        ...state,
        restored: { epoch: action.epoch, runId, snapshot: action.snapshot },
        lastServed: null,
        dataVersion: null,
      };
    default:
      return state;
  }
}

/** @param position - where the stream ended: what `recordHandover` has read. */
export function afterAction(
  state: GuardState,
  action: Action,
  { runId, usersHash }: ActionContext,
  position: ReplicationPosition | null,
): GuardState {
  switch (action.kind) {
    case "setAccess":
      return { ...state, access: { runId, state: action.access, usersHash } };
    case "recordHandover":
      return { ...state, handover: { epoch: action.epoch, runId, position } };
    case "startServing":
      return {
        ...state,
        promotion: action.promotion,
        lastServed: { runId, epoch: epoch(action.atLeast.epoch) },
        dataVersion: action.atLeast,
        recovery: null,
        lostAtEpoch: null,
      };
    default:
      return state;
  }
}
