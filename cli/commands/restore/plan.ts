import type { SiteRoleObject } from "../../../contract/siteRole";
import type { SnapshotsReport } from "../../../contract/snapshotsReport";
import type { Epoch, SiteName } from "../../../server/types";
import { epochFor } from "../../plan/epochs";
import { currentPrimary, freshStatus, isPresent, servesAt, type PresentView, type SiteView } from "../../plan/view";

export interface RestoreInput {
  /** A snapshot's id, or "newest". */
  readonly from: string;
  readonly to: SiteName;
}

export interface RestorePlan {
  readonly to: SiteName;
  readonly from: string;
  readonly epoch: Epoch;
  readonly target: SiteRoleObject;
  /** Readable objects that say primary: fenced first. */
  readonly fence: readonly PresentView[];
  /** The others that can be read: they follow afterwards. */
  readonly repoint: readonly PresentView[];
  readonly unreachable: readonly SiteName[];
}

export type RestoreVerdict =
  | {
      readonly kind: "proceed";
      readonly plan: RestorePlan;
      /** What the operator consents to, a sentence each. */
      readonly overwrites: readonly string[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: "refuse"; readonly reasons: readonly string[] };

export const SNAPSHOT_ID = /^\d{8}T\d{6}Z-e\d+-\d+$/;

/** Whether and how `to` becomes primary from a snapshot, and what that replaces. */
export function decideRestore(views: readonly SiteView[], { from, to }: RestoreInput): RestoreVerdict {
  const refuse = (reason: string): RestoreVerdict => ({ kind: "refuse", reasons: [`site ${to}: ${reason}`] });
  const target = views.find((v) => v.site === to);
  if (target === undefined) return refuse("is not in the site file");
  if (target.kind === "unreachable")
    return refuse(`${target.address} ${target.problem}; only a site whose API server answers can be restored`);
  if (!isPresent(target))
    return refuse(
      `has no object; run init --primary ${to} first, or failover --to ${to} where the sites were introduced`,
    );
  const status = freshStatus(target);
  if (status === null) return refuse("its guard does not report; see to its server pod");
  const { snapshots } = status;
  if (snapshots === undefined)
    return refuse(
      "keeps no snapshots, or the container that does so does not answer; set snapshots.s3 or snapshots.aws, " +
        "or see to its server pod",
    );

  const others = views.filter((v) => v.site !== to);
  const present = others.filter(isPresent);
  const plan: RestorePlan = {
    to,
    from,
    epoch: epochFor(to, views),
    target: target.object,
    fence: present.filter((v) => v.object.spec.role === "primary"),
    repoint: present.filter((v) => v.object.spec.role === "replica"),
    unreachable: others.filter((v) => v.kind === "unreachable").map((v) => v.site),
  };
  return {
    kind: "proceed",
    plan,
    overwrites: overwrites(views, target, plan, snapshots),
    warnings: warnings(plan, snapshots),
  };
}

function overwrites(
  views: readonly SiteView[],
  target: PresentView,
  plan: RestorePlan,
  snapshots: SnapshotsReport,
): readonly string[] {
  const { to, from } = plan;
  const { status } = target.object;
  const version = status?.dataVersion ?? null;
  const primary = currentPrimary(views);
  const serving = primary !== undefined && servesAt(primary.object, primary.object.spec.epoch);
  // A field that was null is absent in what the API server keeps.
  const newest = snapshots.newest ?? null;
  const what =
    from !== "newest"
      ? `snapshot ${from}`
      : newest === null
        ? "the newest snapshot of its peers, if there is one"
        : `the newest snapshot, ${newest.id} of ${newest.time}`;
  return [
    version === null
      ? `${to} holds no data; it is filled from ${what}`
      : `everything that ${to} holds (data version ${version.epoch}/${version.sequence}) is replaced by ${what}; ` +
        "a dump of it stays on its volume",
    ...(serving ? [`${primary.site} serves now; every write since the snapshot is gone from what clients see`] : []),
    ...[...plan.fence, ...plan.repoint].map(
      (v) =>
        `${v.site} becomes a replica of ${to}: its copy is replaced by a full sync; a dump of it stays on its volume`,
    ),
  ];
}

function warnings({ to, from, unreachable }: RestorePlan, snapshots: SnapshotsReport): readonly string[] {
  const trouble =
    snapshots.state === "ok" || snapshots.state === "waiting" || snapshots.state === "skipped"
      ? []
      : [`site ${to}: its snapshots are in trouble (${snapshots.state}: ${snapshots.reason})`];
  const none =
    from === "newest" && snapshots.newest == null ? [`site ${to}: no good snapshot of its own is known`] : [];
  return [
    ...trouble,
    ...none,
    ...unreachable.map((site) => `site ${site} does not answer: it closes by itself when it learns of the new epoch`),
  ];
}
