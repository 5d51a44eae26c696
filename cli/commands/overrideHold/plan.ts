import type { DiscardedData, SiteRoleSpec } from "../../../contract/siteRole";
import type { SiteName } from "../../../server/types";
import type { Refusal } from "../../command/commandRun";
import { describeHeld, describeVersion, heldBy, mergeDiscards, newerThan, notDiscarded } from "../../plan/heldData";
import { currentPrimary, freshStatus, isPresent, servesAt, type PresentView, type SiteView } from "../../plan/view";

/** What the operator's word excuses, at the epoch that the primary has. */
export type Excused = "acceptLoss" | "peerLost";

export interface Override {
  readonly kind: "proceed";
  readonly target: PresentView;
  readonly spec: SiteRoleSpec;
}

/**
 * Whether the primary `site` may be told to serve all the same; other sites need not be reachable, but none may outrank
 * it, and newer data at one that can be asked must be given up by name.
 */
export function decideOverride(
  views: readonly SiteView[],
  site: SiteName,
  excused: Excused,
  discard: readonly DiscardedData[],
): Override | Refusal {
  const refuse = (...reasons: readonly string[]): Refusal => ({
    kind: "refuse",
    reasons: reasons.map((reason) => `site ${site}: ${reason}`),
  });
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
      `site ${higher.site} is primary at epoch ${higher.object.spec.epoch}, this site's is ${spec.epoch}; ` +
        `use failover --to ${site}`,
    );
  const status = freshStatus(target);
  if (status === null) return refuse("its guard does not report; see to its server pod");
  if (servesAt(target.object, spec.epoch)) return refuse(`serves already (epoch ${spec.epoch})`);
  if (status.server === null) return refuse("its server does not answer its guard; see to its server pod");

  const newer = newerThan(site, views);
  const kept = notDiscarded(newer, discard, () => false);
  if (kept.length > 0)
    return { ...refuse(...kept.map((data) => lost(data, site, views, excused))), nextStep: keep(kept) };
  // For this run of the server and what it holds: a later crash is judged anew.
  const allowance = { runId: status.server.runId, dataVersion: status.dataVersion ?? null };
  const discarded = mergeDiscards(newer, discard);
  const given = discarded.length === 0 ? {} : { discard: discarded };
  return { kind: "proceed", target, spec: { ...spec, [excused]: allowance, ...given } };
}

function lost(data: DiscardedData, site: SiteName, views: readonly SiteView[], excused: Excused): string {
  const what =
    `site ${data.site} can be asked and holds newer data (${describeVersion(data)}); this site has ` +
    `${describeHeld(heldBy(site, views))}`;
  return excused === "acceptLoss" ? `${what}; to give it up: --discard ${describeVersion(data)}` : what;
}

const keep = (kept: readonly DiscardedData[]): string =>
  `to keep the newer data: dragonfly-dr failover --to ${kept[0]?.site}`;
