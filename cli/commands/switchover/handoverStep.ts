import { isAbove } from "../../../contract/epochs";
import type { ReplicationPosition, SiteRoleObject } from "../../../contract/siteRole";
import type { SwitchoverPlan } from "./plan";
import { servesAt } from "../../plan/view";

/** What is to be done next in a handover, as the two objects stand. */
export type HandoverStep =
  /** Write the handover into the old primary's object. */
  | { readonly kind: "prepare" }
  | { readonly kind: "await-prepared" }
  /** The old primary will not be replaced now; before the commit, so it is only to be told to go on. */
  | { readonly kind: "give-up"; readonly reason: string }
  /** Write the new primary's object: the commit point. */
  | { readonly kind: "commit"; readonly proof: ReplicationPosition | null }
  | { readonly kind: "await-takeover" }
  /** The new primary has refused durably: the old one goes on above the refused epoch. */
  | { readonly kind: "resume-old"; readonly takeover: "refused" | "unknown"; readonly reason: string }
  | { readonly kind: "return-new" }
  | { readonly kind: "demote-old" }
  /** The new primary serves and the old one's object follows it. */
  | { readonly kind: "moved" }
  | { readonly kind: "rolled-back" }
  /** The objects are not those of this handover any more. */
  | { readonly kind: "superseded"; readonly reason: string };

/**
 * The next step, from the two objects alone, so that a killed command goes on where it was.
 * Order of the writes: old primary prepared, new primary (commit), old primary demoted; rolled back: old primary first,
 * so that
 * it is never outranked by an epoch that nobody serves at.
 */
export function handoverStep(
  plan: SwitchoverPlan,
  from: SiteRoleObject | null,
  to: SiteRoleObject | null,
): HandoverStep {
  if (from === null || to === null)
    return { kind: "superseded", reason: `the object of site ${from === null ? plan.from : plan.to} is gone` };
  const a = from.spec;
  const b = to.spec;
  const committed = b.role === "primary" && b.epoch === plan.epoch && b.mode === "handover" && b.source === plan.from;
  const aWaits = a.role === "primary" && a.epoch === plan.fromEpoch;
  const aResumed = a.role === "primary" && a.mode === "resume" && a.epoch === plan.rollBackEpoch;

  if (committed && aWaits) {
    if (servesAt(to, plan.epoch)) return { kind: "demote-old" };
    const refusal = to.status?.refusal;
    if (refusal?.epoch === plan.epoch) return { kind: "resume-old", takeover: refusal.outcome, reason: refusal.reason };
    return { kind: "await-takeover" };
  }
  if (committed && a.role === "replica" && a.epoch === plan.epoch && a.source === plan.to) {
    return servesAt(to, plan.epoch) ? { kind: "moved" } : { kind: "await-takeover" };
  }
  if (aResumed && committed) return { kind: "return-new" };
  if (aResumed && b.role === "replica" && b.epoch === a.epoch && b.source === plan.from) return { kind: "rolled-back" };

  if (aWaits && b.role === "replica" && isAbove(plan.epoch, b.epoch)) {
    if (a.handover === undefined) return { kind: "prepare" };
    if (a.handover.to !== plan.to || a.handover.epoch !== plan.epoch)
      return {
        kind: "superseded",
        reason: `site ${plan.from} has another handover, to ${a.handover.to} at epoch ${a.handover.epoch}`,
      };
    return preparedStep(plan, from);
  }
  return {
    kind: "superseded",
    reason: `site ${plan.from} is ${a.role} at epoch ${a.epoch}, site ${plan.to} is ${b.role} at epoch ${b.epoch}`,
  };
}

function preparedStep(plan: SwitchoverPlan, from: SiteRoleObject): HandoverStep {
  const refusal = from.status?.refusal;
  if (refusal?.epoch === plan.epoch) return { kind: "give-up", reason: refusal.reason };
  const answer = from.status?.handover;
  if (answer?.epoch !== plan.epoch) return { kind: "await-prepared" };
  // Dragonfly's takeover proves itself; Redis needs to be told where the old primary ended.
  if (plan.engine === "redis" && answer.position === null) return { kind: "await-prepared" };
  return { kind: "commit", proof: plan.engine === "redis" ? answer.position : null };
}
