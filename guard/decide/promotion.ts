import type { SiteRoleSpec } from "../../contract/siteRole";
import type { AnsweringServer } from "../observe/observation";
import type { Promotion } from "../remember/guardState";
import type { Action } from "./action";
import type { Situation } from "./situation";

/**
 * Whether this site has yet to serve at this epoch: it remembers. Where that was lost with the disk the data knows, for
 * nobody else
 * stamps heartbeats of this epoch: what was decided once must not be carried out again over newer data.
 */
export function isFirstStartAtEpoch({ state, server, peers }: Situation, spec: SiteRoleSpec): boolean {
  if (state.promotion?.epoch === spec.epoch) return false;
  const seen = [
    server.kind === "answering" ? server.heartbeat : null,
    ...peers.map((peer) => (peer.reachable ? peer.dataVersion : null)),
  ];
  return !seen.some((version) => version != null && version.epoch >= spec.epoch);
}

export const refuse = (spec: SiteRoleSpec, reason: string, outcome: "refused" | "unknown" = "refused"): Action => ({
  kind: "refuse",
  epoch: spec.epoch,
  reason,
  outcome,
});

export function promotionOf(o: Situation, spec: SiteRoleSpec, server: AnsweringServer, partial: boolean): Promotion {
  const beat = server.heartbeat ?? null;
  return {
    epoch: spec.epoch,
    mode: spec.mode ?? "initial",
    dataVersion: beat === null ? null : { epoch: beat.epoch, sequence: beat.sequence },
    commandsSeen: beat?.commands ?? null,
    runIdSeen: beat?.runId ?? null,
    lagSeconds: server.role === "replica" ? server.heartbeatUnchangedMs / 1000 : null,
    partial,
  };
}
