import type { SiteRoleSpec } from "../../../contract/siteRole";
import type { SiteName } from "../../../server/types";
import { currentPrimary, isPresent, servesAt, type PresentView, type SiteView } from "../../plan/view";

/** What an operator lets a holding primary do, at the epoch that it has. */
export type Allowance = "acceptLoss" | "peerLost";

export type AllowVerdict =
  | { readonly kind: "proceed"; readonly target: PresentView; readonly spec: SiteRoleSpec }
  | { readonly kind: "refuse"; readonly reasons: readonly string[] };

/**
 * Whether the primary `site` may be told to serve all the same; other sites need not be reachable, but none may outrank
 * it.
 */
export function decideAllowance(views: readonly SiteView[], site: SiteName, allowance: Allowance): AllowVerdict {
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
  return { kind: "proceed", target, spec: { ...spec, [allowance]: true } };
}
