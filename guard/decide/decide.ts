import { isAbove, NO_EPOCH } from "../../contract/epochs";
import type { SiteRoleSpec } from "../../contract/siteRole";
import type { Observation } from "../observe/observation";
import type { GuardState } from "../remember/guardState";
import type { Storage } from "../remember/stateFile";
import type { Action, Decision } from "./action";
import { decidePrimary } from "./primary";
import { decideReplica } from "./replica";
import { situationOf, type Situation } from "./situation";
import { closed, hold, setAccess } from "./steps";

/**
 * The guard's whole judgement: from what is known and seen to what is done next. Pure; asked again after each change
 * and a few times a second, so every decision takes only the next step. Rules: docs/guard-rules.md.
 * @param state - as `remember` has returned it for this very observation.
 * @param storage - whether that state is on disk.
 */
export function decide(state: GuardState, observation: Observation, storage: Storage): Decision {
  const situation = situationOf(state, observation);
  const decision = withStorage(situation, storage, decideRole(situation));
  return { ...decision, actions: [...decision.actions, ...requestSnapshot(situation)] };
}

/** Rule 0: what cannot be remembered durably is not begun. What was begun goes on, and closing depends on nothing. */
function withStorage(o: Situation, storage: Storage, decision: Decision): Decision {
  if (storage.kind === "durable") return decision;
  if (storage.kind === "foreign") return hold(o, "Holding", storage.reason);
  const reason = `the guard's state cannot be written (${storage.reason}): make room or replace the volume`;
  const begun = decision.serving ? o.access === "open" : o.access !== "open";
  const harmless = decision.actions.every((action) => isHarmless(action));
  if (begun && harmless) return { ...decision, reason: `${decision.reason}; ${reason}`, inSync: false };
  // A primary that closes does so; whatever would come after it waits.
  const closing = decision.actions.filter((action) => action.kind === "setAccess" && action.access === "closed");
  if (!decision.serving && closing.length > 0) return closed(decision.phase, `${decision.reason}; ${reason}`, closing);
  return hold(o, "Holding", reason);
}

/** It writes nothing into the state that a restarted guard would need. */
export const isHarmless = ({ kind }: Action): boolean =>
  kind === "setDumps" || kind === "setCredentials" || kind === "endServer";

function decideRole(o: Situation): Decision {
  if (o.terminating) return stop(o);
  const { role, state } = o;
  switch (role.kind) {
    case "unknown":
      return decideWithoutRole(o);
    case "missing":
      return decideMissingRole(o);
    case "not-understood":
      // Whoever wrote it decided something about this site that this guard cannot carry out: it must not serve on.
      return hold(
        o,
        "Refused",
        `${role.problem}; run the guard of the version that wrote it: pulumi up, then replace the pod ` +
          "(docs/runbook.md)",
      );
    case "present":
      if (role.spec.site !== o.site)
        return hold(o, "Holding", `the role object is for site ${role.spec.site}, this is ${o.site}`);
      if (state.roleProblem === "regressed") return hold(o, "Holding", regressed(o, role.spec.epoch));
      return decideSpec(o, role.spec);
  }
}

const decideSpec = (o: Situation, spec: SiteRoleSpec): Decision =>
  spec.role === "primary" ? decidePrimary(o, spec) : decideReplica(o, spec);

const regressed = ({ state }: Situation, epoch: number): string =>
  `the role object is behind what this site has acted on (epoch ${epoch}, ${state.highestEpoch} was seen); ` +
  `run dragonfly-dr failover --to the site that is to serve`;

function decideMissingRole(o: Situation): Decision {
  const { state } = o;
  if (isAbove(state.highestEpoch, NO_EPOCH))
    return hold(
      o,
      "Holding",
      `the role object is missing though epoch ${state.highestEpoch} was seen; restore it, ` +
        `or run dragonfly-dr failover --to the site that is to serve`,
    );
  if (o.peersConfigured.length > 0)
    return hold(o, "Holding", "not introduced yet; run dragonfly-dr init --primary SITE");
  return closed("Starting", "a site without peers makes itself primary", [{ kind: "createRole" }]);
}

/**
 * Rule 2: no API server since the guard started. A server that was never interrupted goes on as it was, unless the last
 * word was that there is no role for it; anything else holds.
 */
function decideWithoutRole(o: Situation): Decision {
  const { state, server } = o;
  if (state.roleProblem !== null)
    return hold(o, "Holding", `the role object was ${state.roleProblem} when the API server was last reached`);
  const uninterrupted = server.kind !== "absent" && state.access?.runId === server.runId;
  if (!uninterrupted || state.spec === null)
    return hold(o, "Holding", "the API server cannot be reached, so the role is not known");
  return decideSpec(o, state.spec);
}

/** The pod is going. A primary stamps what it holds as whole once nobody can write: its dump then is no older copy. */
function stop(o: Situation): Decision {
  const { server, state } = o;
  const reason = "the pod is being stopped";
  const serves = server.kind === "answering" && server.role === "primary" && state.lastServed?.runId === server.runId;
  if (!serves || server.heartbeat == null || (o.access !== "open" && o.access !== "handover"))
    return hold(o, "Stopping", reason);
  const { epoch, sequence, sealed } = server.heartbeat;
  const seal: Action[] = sealed ? [] : [{ kind: "seal", version: { epoch, sequence: sequence + 1 } }];
  return closed("Stopping", reason, [...setAccess(o, "handover"), ...seal]);
}

/** A request for a snapshot is no matter of the role: it goes on its way once, and nothing waits for it. */
function requestSnapshot({ role, snapshots, state }: Situation): readonly Action[] {
  const asked = role.kind === "present" ? role.spec.snapshot : undefined;
  const id = asked?.id;
  if (asked === undefined || snapshots?.reachable !== true || snapshots.requesting || state.snapshotRequested === id)
    return [];
  return [{ kind: "requestSnapshot", request: asked }];
}
