import type { SiteRoleSpec } from "../../contract/siteRole";
import type { AnsweringServer } from "../observe/observation";
import type { Action, Decision } from "./action";
import { promotionOf, refuse } from "./promotion";
import type { Situation } from "./situation";
import { closed, hold } from "./steps";

/** The spec says primary and the server is somebody's replica. */
export function promoteReplica(o: Situation, spec: SiteRoleSpec, server: AnsweringServer): Decision {
  const waiting = (reason: string, actions: readonly Action[]): Decision => closed("Promoting", reason, actions);
  if (spec.mode === "handover") {
    if (spec.source === undefined)
      return waiting("handover without a source", [refuse(spec, "the object names no source to take over from")]);
    const begun = o.state.takeoverBegun;
    if (o.takeover.kind === "failed" && o.takeover.epoch === spec.epoch)
      return waiting(o.takeover.reason, [refuse(spec, o.takeover.reason, o.takeover.outcome)]);
    if (o.takeover.kind === "running" || (o.takeover.kind === "succeeded" && o.takeover.epoch === spec.epoch))
      return waiting(`taking over from ${spec.source}`, []);
    if (begun?.epoch === spec.epoch) {
      const reason = "the guard was restarted during the takeover, and the server is a replica still";
      return waiting(reason, [refuse(spec, reason, o.engine === "dragonfly" ? "unknown" : "refused")]);
    }
    if (server.source !== spec.source)
      return waiting("wrong source", [
        refuse(spec, `the server follows ${server.source ?? "something else"}, not ${spec.source}`),
      ]);
    if (server.syncInProgress || server.position === null)
      return waiting("not in sync", [refuse(spec, "the copy is not complete: a full sync is in progress")]);
    if (o.engine === "redis" && spec.proof === undefined)
      return waiting("no proof", [
        refuse(spec, "the object carries no proof (replication id and offset) of where the old primary ended"),
      ]);
    return waiting(`taking over from ${spec.source}`, [
      { kind: "takeOver", epoch: spec.epoch, from: spec.source, proof: spec.proof ?? null },
    ]);
  }
  if (spec.mode === "forced") {
    const partial = server.syncInProgress || server.heartbeat === undefined;
    if (partial && spec.acceptPartial !== true)
      return waiting("partial copy", [
        refuse(
          spec,
          "a full sync is in progress, so this copy is partial; run failover again with --accept-partial to promote what is there",
        ),
      ]);
    if (server.heartbeat === null && spec.acceptPartial !== true)
      return waiting("empty copy", [
        refuse(
          spec,
          "this copy never had the primary's data; run failover again with --accept-partial to promote it all the same",
        ),
      ]);
    return waiting("promoting what this copy holds", [
      { kind: "promote", promotion: promotionOf(o, spec, server, partial) },
    ]);
  }
  return hold(
    o,
    "Holding",
    `the server is a replica, and the object's mode is ${spec.mode ?? "not given"}; run dragonfly-dr failover --to ${o.site}`,
  );
}
