import { isAbove } from "../../../contract/epochs";
import type { SiteRoleObject, SiteRoleSpec } from "../../../contract/siteRole";
import type { SiteName } from "../../../server/types";
import { describeDivergence } from "../../plan/divergence";
import { replicaOf } from "../../plan/specs";
import { currentPrimary, isPresent, servesAt, type SiteView } from "../../plan/view";

export type FailbackVerdict =
  | {
      readonly kind: "proceed";
      readonly primary: SiteName;
      /**
       * What makes the returning site a replica of the primary, when it is not one; `expected` null: its object is
       * created.
       */
      readonly rejoin: { readonly expected: SiteRoleObject | null; readonly spec: SiteRoleSpec } | null;
      /** What the returning site had that the primary never got; for the operator to know before it is replaced. */
      readonly notes: readonly string[];
    }
  | { readonly kind: "refuse"; readonly reasons: readonly string[] };

/** Whether `to`, which was primary before, can come back: as a replica first, then by a switchover. */
export function decideFailback(views: readonly SiteView[], to: SiteName): FailbackVerdict {
  const reasons = views
    .filter((v) => v.kind === "unreachable")
    .map((v) => `site ${v.site}: ${v.address} ${v.problem}; a failback needs both sites`);
  const primary = currentPrimary(views);
  const target = views.find((v) => v.site === to);
  if (primary === undefined) {
    if (reasons.length === 0)
      reasons.push(
        "no site's object says primary; use failover --to SITE, or init for sites that were never introduced",
      );
    return { kind: "refuse", reasons };
  }
  const { spec } = primary.object;
  if (primary.site === to) reasons.push(`site ${to}: is the primary already (epoch ${spec.epoch})`);
  else if (!servesAt(primary.object, spec.epoch))
    reasons.push(
      `site ${primary.site}: is primary and does not serve ` +
        `(${primary.object.status?.reason ?? "its guard has never reported"}); there is nothing to follow`,
    );
  if (reasons.length > 0 || target === undefined) return { kind: "refuse", reasons };

  const expected = isPresent(target) ? target.object : null;
  const follows = expected?.spec.role === "replica" && expected.spec.source === primary.site;
  if (!follows && expected !== null && isAbove(expected.spec.epoch, spec.epoch)) {
    return {
      kind: "refuse",
      reasons: [
        `site ${to}: its object is at epoch ${expected.spec.epoch}, above the primary's ${spec.epoch}; run ` +
          "failover --to the site that is to serve",
      ],
    };
  }
  return {
    kind: "proceed",
    primary: primary.site,
    rejoin: follows ? null : { expected, spec: replicaOf(to, spec.epoch, primary.site) },
    notes: divergenceNotes(to, expected),
  };
}

function divergenceNotes(site: SiteName, object: SiteRoleObject | null): string[] {
  const divergence = object?.status?.divergence;
  return divergence === undefined ? [] : [`site ${site}: ${describeDivergence(divergence)}`];
}
