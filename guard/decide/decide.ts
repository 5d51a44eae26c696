import type { Observation } from "../observe/observation";
import type { GuardState } from "../remember/guardState";
import type { Action, Decision } from "./action";
import { decidePrimary } from "./primary";
import { decideReplica } from "./replica";
import { situationOf, type Situation } from "./situation";
import { closed, hold } from "./steps";

/**
 * The guard's whole judgement: from what is known and seen to what is done next. Pure; asked again after each change and
 * a few times a second, so every decision takes only the next step. Rules: docs/guard-rules.md.
 * @param state - as `remember` has returned it for this very observation.
 */
export function decide(state: GuardState, observation: Observation): Decision {
  const situation = situationOf(state, observation);
  const decision = decideRole(situation);
  return { ...decision, actions: [...decision.actions, ...requestSnapshot(situation)] };
}

function decideRole(o: Situation): Decision {
  if (o.terminating) return hold(o, "Stopping", "the pod is being stopped");

  const { role, state } = o;
  if (role.kind === "unknown") return decideWithoutRole(o);
  if (role.kind === "missing") {
    if (state.highestEpoch > 0) {
      return hold(
        o,
        "Holding",
        `the role object is missing though epoch ${state.highestEpoch} was seen; restore it, or run dragonfly-dr failover --to the site that is to serve`,
      );
    }
    if (o.peersConfigured.length > 0)
      return hold(o, "Holding", "not introduced yet; run dragonfly-dr init --primary SITE");
    return closed("Starting", "a site without peers makes itself primary", [{ kind: "createRole" }]);
  }
  // Whoever wrote it decided something about this site that this guard cannot carry out: it must not serve on.
  if (role.kind === "not-understood")
    return hold(
      o,
      "Refused",
      `${role.problem}; run the guard of the version that wrote it: pulumi up, then replace the pod (docs/runbook.md)`,
    );
  const { spec } = role;
  if (spec.site !== o.site) return hold(o, "Holding", `the role object is for site ${spec.site}, this is ${o.site}`);
  if (spec.epoch < state.highestEpoch) {
    return hold(
      o,
      "Holding",
      `the role object's epoch ${spec.epoch} is behind ${state.highestEpoch}, which this site has acted on; run dragonfly-dr failover --to the site that is to serve`,
    );
  }
  return spec.role === "primary" ? decidePrimary(o, spec) : decideReplica(o, spec);
}

/**
 * No API server since the guard started: a server that was never interrupted goes on as it was, anything else holds.
 */
function decideWithoutRole(o: Situation): Decision {
  const { state, server } = o;
  const uninterrupted = server.kind !== "absent" && state.access?.runId === server.runId && state.spec !== null;
  if (!uninterrupted || state.spec === null)
    return hold(o, "Holding", "the API server cannot be reached, so the role is not known");
  return state.spec.role === "primary" ? decidePrimary(o, state.spec) : decideReplica(o, state.spec);
}

/** A request for a snapshot is no matter of the role: it goes on its way once, and nothing waits for it. */
function requestSnapshot({ role, snapshots, state }: Situation): readonly Action[] {
  const asked = role.kind === "present" ? role.spec.snapshot : undefined;
  const id = asked?.id;
  if (asked === undefined || snapshots?.reachable !== true || snapshots.requesting || state.snapshotRequested === id)
    return [];
  return [{ kind: "requestSnapshot", request: asked }];
}
