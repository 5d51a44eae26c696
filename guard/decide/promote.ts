import type { SiteRoleSpec } from "../../contract/siteRole";
import type { AnsweringServer } from "../observe/observation";
import type { Action, Decision } from "./action";
import { isDecided, isPartial, objectionToForced, promotionOf, refuse } from "./promotion";
import type { Situation } from "./situation";
import { closed, hold } from "./steps";

/** The spec says primary and the server is somebody's replica. */
export function promoteReplica(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): Decision {
  switch (spec.mode) {
    case "handover":
      return takeOverFrom(o, spec, server);
    case "forced":
      return promoteForced(o, spec, server);
    default:
      return hold(
        o,
        "Holding",
        `the server is a replica, and the object's mode is ${spec.mode ?? "not given"}; run dragonfly-dr ` +
          `failover --to ${o.site}`,
      );
  }
}

const waiting = (reason: string, actions: readonly Action[]): Decision => closed("Promoting", reason, actions);

function takeOverFrom(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): Decision {
  const refused = (short: string, reason: string, outcome: "refused" | "unknown" = "refused"): Decision =>
    waiting(short, [refuse(o, spec, reason, outcome)]);
  if (spec.source === undefined) return refused("no source", "the object names no source to take over from");
  const { takeover } = o;
  const begun = o.state.takeoverBegun;
  if (takeover.kind === "failed" && takeover.epoch === spec.epoch)
    return refused(takeover.reason, takeover.reason, takeover.outcome);
  if (takeover.kind === "running" || (takeover.kind === "succeeded" && takeover.epoch === spec.epoch))
    return waiting(`taking over from ${spec.source}`, []);
  if (begun?.epoch === spec.epoch) {
    const reason = "the guard was restarted during the takeover, and the server is a replica still";
    return refused(reason, reason, o.engine === "dragonfly" ? "unknown" : "refused");
  }
  if (server.source !== spec.source)
    return refused("wrong source", `the server follows ${server.source ?? "something else"}, not ${spec.source}`);
  if (server.syncInProgress || server.position === null)
    return refused("not in sync", "the copy is not complete: a full sync is in progress");
  if (o.engine === "redis" && spec.proof === undefined)
    return refused(
      "no proof",
      "the object carries no proof (replication id and offset) of where the old primary ended",
    );
  return waiting(`taking over from ${spec.source}`, [
    { kind: "takeOver", epoch: spec.epoch, from: spec.source, proof: spec.proof ?? null },
  ]);
}

function promoteForced(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): Decision {
  const objection = isDecided(o, spec, server) ? null : objectionToForced(o, spec, server);
  if (objection?.kind === "wait") return waiting(objection.reason, []);
  if (objection?.kind === "refuse") return waiting("refused", [refuse(o, spec, objection.reason)]);
  return waiting("promoting what this copy holds", [
    { kind: "promote", promotion: promotionOf(o, spec, server, isPartial(o, server)) },
  ]);
}
