import type { Epoch } from "../../server/types";
import type { Action } from "./action";
import type { Situation } from "./situation";

/**
 * For a former primary: the dump and the bound, once a forced promotion beside it is known. For any copy: a dump of
 * what it
 * holds, once a peer was restored from a snapshot, which may be older than this copy.
 */
export function keepDivergence(o: Situation, ownEpoch: Epoch): Action[] {
  const { state, server } = o;
  const beat = server.kind === "answering" ? (server.heartbeat ?? null) : null;
  const since = state.lastServed?.epoch ?? beat?.epoch ?? null;
  if (since === null) return [];
  const apart = state.lastServed === null ? ["restored"] : ["forced", "restored"];
  const newer = o.peers
    .map((p) => p.promotion)
    .find((p) => p !== null && apart.includes(p.mode) && p.epoch > Math.max(since, beat?.epoch ?? 0));
  if (newer == null || server.kind !== "answering" || server.loading) return [];
  if (o.divergenceDump.kind === "running" || (state.divergence?.epoch ?? 0) >= newer.epoch || newer.epoch < ownEpoch)
    return [];
  const { commandsSeen, runIdSeen } = newer;
  const bound =
    commandsSeen !== null && runIdSeen === server.runId ? Math.max(0, server.commands - commandsSeen) : null;
  return [{ kind: "saveDivergence", epoch: newer.epoch as Epoch, writesUpperBound: bound }];
}
