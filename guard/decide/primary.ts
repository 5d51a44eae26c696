import { outranks, type Claim } from "../../contract/epochs";
import type { SiteRoleSpec } from "../../contract/siteRole";
import type { Decision } from "./action";
import { keepDivergence } from "./divergence";
import { decideMaster } from "./master";
import { promoteReplica } from "./promote";
import { isFirstStartAtEpoch } from "./promotion";
import { decideRestore } from "./restore";
import type { Situation } from "./situation";
import { closed, hold, setAccess, withoutServer } from "./steps";

/** The spec says primary. */
export function decidePrimary(o: Situation, spec: SiteRoleSpec): Decision {
  const { state, server } = o;
  const claim = state.highestClaim;
  if (claim !== null && outranks(claim, spec) && !isExpectedHandover(o, spec, claim))
    return fence(o, spec, `site ${claim.site} is ${claim.role} at epoch ${claim.epoch}, this site's is ${spec.epoch}`);
  const restoring = spec.mode === "restored" && isFirstStartAtEpoch(o, spec);
  // What is about to be replaced is closed, frozen or not.
  if (server.kind !== "answering")
    return restoring ? hold(o, "Promoting", "a snapshot is being restored") : withoutServer(o);

  if (spec.endServer === true && state.serverEndedAtEpoch < spec.epoch) {
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
  return server.role === "replica" ? promoteReplica(o, spec, server) : decideMaster(o, spec, server);
}

/**
 * The claim is what this primary prepared for, and the other side has not begun to serve: its copy still needs the rest
 * of the
 * stream, which fencing would cut off.
 */
function isExpectedHandover(o: Situation, spec: SiteRoleSpec, claim: Claim): boolean {
  const { handover } = spec;
  if (handover === undefined || handover.to !== claim.site || handover.epoch !== claim.epoch) return false;
  return !o.peers.some((peer) => peer.site === claim.site && (peer.serving || peer.promotion?.epoch === claim.epoch));
}

/** Rule 5: a higher claim is known. Closed at once; what was served and never sent on is kept in a dump and counted. */
function fence(o: Situation, spec: SiteRoleSpec, reason: string): Decision {
  const base = hold(o, "Fenced", `${reason}; closed`);
  return { ...base, actions: [...base.actions, ...keepDivergence(o, spec.epoch)] };
}

function refused(o: Situation, reason: string): Decision {
  const { server } = o;
  const readable =
    server.kind === "answering" && server.role === "replica" && !server.syncInProgress && server.heartbeat != null;
  return closed("Refused", reason, setAccess(o, readable ? "read-only" : "closed"));
}
