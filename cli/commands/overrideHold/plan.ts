import type { SiteRoleSpec } from "../../../contract/siteRole";
import type { SiteName } from "../../../server/types";
import { currentPrimary, freshStatus, isPresent, servesAt, type PresentView, type SiteView } from "../../plan/view";

/** What the operator's word excuses, at the epoch that the primary has. */
export type Excused = "acceptLoss" | "peerLost";

export type AllowVerdict =
  | { readonly kind: "proceed"; readonly target: PresentView; readonly spec: SiteRoleSpec }
  | { readonly kind: "refuse"; readonly reasons: readonly string[] };

/**
 * Whether the primary `site` may be told to serve all the same; other sites need not be reachable, but none may outrank
 * it.
 */
export function decideAllowance(views: readonly SiteView[], site: SiteName, excused: Excused): AllowVerdict {
  const refuse = (reason: string): AllowVerdict => ({ kind: "refuse", reasons: [`site ${site}: ${reason}`] });
  const target = views.find((v) => v.site === site);
  if (target === undefined) return refuse("is not in the site file");
  if (target.kind === "unreachable") return refuse(`${target.address} ${target.problem}`);
  if (!isPresent(target))
    return refuse("has no object; use failover to make it primary, or init for sites that were never introduced");
  const { spec } = target.object;
  if (spec.role !== "primary")
    return refuse(`is a replica (epoch ${spec.epoch}); use failover --to ${site} to make it primary`);
  const higher = currentPrimary(views);
  if (higher !== undefined && higher.site !== site)
    return refuse(
      `site ${higher.site} is primary at epoch ${higher.object.spec.epoch}, this site's is ${spec.epoch}; use failover --to ${site}`,
    );
  if (servesAt(target.object, spec.epoch)) return refuse(`serves already (epoch ${spec.epoch})`);
  const status = freshStatus(target);
  if (status === null) return refuse("its guard does not report; see to its server pod");
  if (status.server === null) return refuse("its server does not answer its guard; see to its server pod");
  // For this run of the server and what it holds: a later crash is judged anew.
  const allowance = { runId: status.server.runId, dataVersion: status.dataVersion ?? null };
  return { kind: "proceed", target, spec: { ...spec, [excused]: allowance } };
}
