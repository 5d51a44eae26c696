import type { Decision } from "../decide/action";
import type { CycleResult } from "../guardView";

/** With 80 ms between the regions a gateway there has said within 100 that it knows. */
export const PLANNED_MS = 300;
/** Somebody else may be serving already. */
const FORCED_MS = 50;

/**
 * What the gateways do with sessions for this site's server: lead them there; leave those that are there and lead no
 * new one; or end all of them.
 */
export type SessionState = "serving" | "draining" | "closed";

/** A Dragonfly answers its sessions with errors while it is taken over: the gateways end them before. */
export const endsSessions = ({ phase }: Decision): boolean => phase === "Preparing";

export function sessionState({ access, server, decision }: CycleResult): SessionState {
  const open = access === "open" && server.kind !== "absent";
  if (!open || endsSessions(decision)) return "closed";
  return decision.serving ? "serving" : "draining";
}

/** Who reads the local copy is sent away before it closes, too. */
function isReadable(result: CycleResult): boolean {
  const { access, server, decision } = result;
  const copy = access === "read-only" || access === "source";
  if (!copy || server.kind !== "answering") return sessionState(result) === "serving";
  return !decision.actions.some((action) => action.kind === "setAccess" && action.access === "closed");
}

/** As `serving/7/readable`: the state, the epoch that it is said at, and whether the local copy may be read. */
export const gatewayState = (result: CycleResult): string =>
  [sessionState(result), result.epoch, isReadable(result) ? "readable" : "unreadable"].join("/");

/** Whether somebody who may come in now may not after this cycle. */
export const takesAccess = ({ access, decision }: CycleResult): boolean =>
  (access === "open" && endsSessions(decision)) ||
  ((access === "open" || access === "read-only") &&
    decision.actions.some(
      (action) => action.kind === "setAccess" && action.access !== "open" && action.access !== "source",
    ));

/** How long closing waits for the gateways; it depends on none of them. */
export const patienceOf = ({ phase }: Decision): number =>
  phase === "Prepared" || phase === "Preparing" ? PLANNED_MS : FORCED_MS;
