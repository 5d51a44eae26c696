import type { Epoch } from "../server/types";
import type { Action, Observation } from "./observation";

/** For a former primary: the dump and the bound, once a forced promotion beside it is known. */
export function keepDivergence(o: Observation, ownEpoch: Epoch): Action[] {
  const { memory, server } = o;
  const served = memory.served;
  if (served === null) return [];
  const newer = o.peers.map((p) => p.promotion).find((p) => p !== null && p.mode === "forced" && p.epoch > served.epoch);
  if (newer == null || server.kind !== "answering" || server.loading) return [];
  if (o.savingDivergence || (memory.divergence?.epoch ?? 0) >= newer.epoch || newer.epoch < ownEpoch) return [];
  const { commandsSeen, runIdSeen } = newer;
  const bound = commandsSeen !== null && runIdSeen === server.runId ? Math.max(0, server.commands - commandsSeen) : null;
  return [{ kind: "saveDivergence", epoch: newer.epoch as Epoch, writesUpperBound: bound }];
}
