import { outranks } from "../../contract/epochs";
import type { SiteRoleSpec } from "../../contract/siteRole";
import type { Decision } from "./action";
import { keepDiverged } from "./divergence";
import { isExpectedHandover } from "./handover";
import { decideMaster } from "./master";
import { promoteReplica } from "./promote";
import { isFirstStartAtEpoch } from "./promotion";
import { continueRecovery, isRecovering } from "./recovery";
import { decideRestore } from "./restore";
import type { Situation } from "./situation";
import { closed, hold, setAccess, withoutServer } from "./steps";

type HighestClaim = NonNullable<Situation["state"]["highestClaim"]>;

/** The spec says primary. */
export function decidePrimary(o: Situation, spec: SiteRoleSpec): Decision {
  const { state, server } = o;
  const claim = state.highestClaim;
  if (claim !== null && outranks(claim, spec) && !isExpectedHandover(o, spec, claim) && !isRefused(o, claim))
    return fence(o, spec, claim);
  const restoring = spec.mode === "restored" && isFirstStartAtEpoch(o, spec);
  // What is about to be replaced is closed, frozen or not.
  if (server.kind !== "answering")
    return restoring ? hold(o, "Promoting", "a snapshot is being restored") : withoutServer(o);

  const ended = state.serverEnd?.epoch === spec.epoch && state.serverEnd.runId !== server.runId;
  if (spec.endServer === true && !ended && state.promotion?.epoch !== spec.epoch) {
    return closed(
      "Promoting",
      "a takeover's outcome was unknown: the server's process is ended before anybody is primary again",
      [...setAccess(o, "closed"), { kind: "endServer", how: "terminate", forEpoch: spec.epoch }],
    );
  }
  if (server.loading) return hold(o, "Starting", "the server is loading its dump");
  if (state.refusal?.epoch === spec.epoch) return refused(o, state.refusal.reason);
  const step = restoring ? decideRestore(o, spec, server) : null;
  if (step !== null) return step;
  if (server.role === "primary") return decideMaster(o, spec, server);
  return isRecovering(o, spec, server) ? continueRecovery(o, server) : promoteReplica(o, spec, server);
}

/** The peer has said that it will not act on that epoch: the claim is nobody's. */
const isRefused = ({ state }: Situation, claim: HighestClaim): boolean =>
  state.peers[claim.site]?.refusedEpoch === claim.epoch;

/** Rule 5: a higher claim is known. Closed at once; what was served and never sent on is kept in a dump and counted. */
function fence(o: Situation, spec: SiteRoleSpec, claim: HighestClaim): Decision {
  const reason = `site ${claim.site} is ${claim.role} at epoch ${claim.epoch}, this site's is ${spec.epoch}`;
  const newer = o.peers.find(
    (peer) => peer.site === claim.site && peer.reachable && peer.serving && peer.data !== null,
  );
  const keeping = o.server.kind === "answering" && newer !== undefined ? keepDiverged(o, newer) : null;
  const base = hold(o, "Fenced", `${reason}; closed${keeping === null ? "" : `; ${keeping.reason}`}`);
  return { ...base, actions: [...base.actions, ...(keeping?.actions ?? [])] };
}

function refused(o: Situation, reason: string): Decision {
  const { server } = o;
  const readable =
    server.kind === "answering" && server.role === "replica" && !server.syncInProgress && server.heartbeat != null;
  return closed("Refused", reason, setAccess(o, readable ? "read-only" : "closed"));
}
