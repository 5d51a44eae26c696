import { isPending } from "../../../contract/epochs";
import { ENGINES } from "../../../contract/fields";
import type { SiteRoleObject, SiteRoleStatus } from "../../../contract/siteRole";
import { epoch as toEpoch, type Epoch, type Seconds, type SiteName } from "../../../server/types";
import { epochFor, rollBackEpoch } from "../../plan/epochs";
import {
  currentPrimary,
  freshStatus,
  isPresent,
  servesAt,
  statusAge,
  STALE_STATUS_SECONDS,
  type PresentView,
  type SiteView,
} from "../../plan/view";

/** A handover from one site to another; its steps follow from the two objects (handoverStep.ts). */
export interface SwitchoverPlan {
  readonly from: SiteName;
  readonly to: SiteName;
  /** The old primary's. */
  readonly fromEpoch: Epoch;
  /** The new primary's. */
  readonly epoch: Epoch;
  /** The old primary's when the new one refuses: the next that belongs to it. */
  readonly rollBackEpoch: Epoch;
  readonly engine: "dragonfly" | "redis";
}

export type SwitchoverVerdict =
  | {
      readonly kind: "proceed";
      readonly plan: SwitchoverPlan;
      readonly lagSeconds: Seconds | null;
      readonly resumed: boolean;
    }
  /** `to` is the primary and has a handover prepared that was never committed: taking it back is all there is to do. */
  | { readonly kind: "withdraw"; readonly plan: SwitchoverPlan }
  /**
   * `transient`: every reason is of the kind that one lost packet or a busy moment gives, and may be gone by itself
   * shortly.
   */
  | { readonly kind: "refuse"; readonly reasons: readonly string[]; readonly transient?: true };

/**
 * Whether the primary may be moved to `to`; all reasons against it at once.
 * @param unfinished - the plan of a switchover to the same site that was begun here and never ended.
 */
export function decideSwitchover(
  views: readonly SiteView[],
  to: SiteName,
  maxLag: Seconds,
  unfinished: SwitchoverPlan | null = null,
): SwitchoverVerdict {
  const reasons = [...views.flatMap(unreadable), ...views.filter(isPresent).flatMap(unknownEngine)];
  const primary = currentPrimary(views);
  const target = views.find((v) => v.site === to);
  if (primary === undefined) {
    if (reasons.length === 0)
      reasons.push(
        "no site's object says primary; introduce the sites with init --primary SITE, or use failover --to SITE",
      );
    return { kind: "refuse", reasons };
  }
  if (target?.kind === "absent")
    reasons.push(
      `site ${to}: has no object; run failback --to ${to}, which makes it a replica of ${primary.site} first`,
    );
  if (target === undefined || !isPresent(target)) return { kind: "refuse", reasons };

  const pending = pendingHandover(views, primary, target, unfinished);
  if (pending !== null) return reasons.length > 0 ? { kind: "refuse", reasons } : pending;
  if (primary.site === to)
    return {
      kind: "refuse",
      reasons: [...reasons, `site ${to}: is the primary already (epoch ${primary.object.spec.epoch})`],
    };

  const { permanent, transient } = statusReasons(primary, target, maxLag);
  reasons.push(...handoverInTheWay(primary), ...objectsApart(primary, target), ...permanent);
  if (reasons.length > 0) return { kind: "refuse", reasons: [...reasons, ...transient] };
  if (transient.length > 0) return { kind: "refuse", reasons: transient, transient: true };
  const engine = engineOf(primary.object) ?? "dragonfly";
  const epoch = epochFor(to, views);
  const plan: SwitchoverPlan = {
    from: primary.site,
    to,
    fromEpoch: primary.object.spec.epoch,
    epoch,
    rollBackEpoch: rollBackEpoch(views, primary.site, epoch),
    engine,
  };
  return { kind: "proceed", plan, lagSeconds: target.object.status?.replication?.lagSeconds ?? null, resumed: false };
}

/** null: its guard has not said it, or names one that this version does not know. */
const engineOf = ({ status }: SiteRoleObject): SwitchoverPlan["engine"] | null =>
  ENGINES.find((engine) => engine === status?.server?.engine) ?? null;

function unknownEngine({ site, object }: PresentView): string[] {
  const server = object.status?.server ?? null;
  if (server === null || engineOf(object) !== null) return [];
  return [
    `site ${site}: runs ${server.engine}, which this version does not know; use the dragonfly-dr that its ` +
      "stack came from",
  ];
}

function unreadable(view: SiteView): string[] {
  return view.kind === "unreachable"
    ? [`site ${view.site}: ${view.address} ${view.problem}; a switchover needs both sites (if it is lost: failover)`]
    : [];
}

/** A handover that the objects are in the middle of, whoever began it; null: there is none. */
export function unfinishedHandover(views: readonly SiteView[]): SwitchoverPlan | null {
  const primary = currentPrimary(views);
  if (primary === undefined) return null;
  for (const target of views.filter(isPresent)) {
    const pending = pendingHandover(views, primary, target, null);
    if (pending !== null && pending.kind !== "refuse") return pending.plan;
  }
  return null;
}

/**
 * A handover that the objects are in the middle of goes on from there: a copy that waits for its primary is behind by
 * rights.
 */
function pendingHandover(
  views: readonly SiteView[],
  primary: PresentView,
  target: PresentView,
  unfinished: SwitchoverPlan | null,
): SwitchoverVerdict | null {
  const to = target.site;
  const withRollBack = (plan: Omit<SwitchoverPlan, "rollBackEpoch">): SwitchoverPlan => ({
    ...plan,
    rollBackEpoch: rollBackEpoch(views, plan.from, plan.epoch),
  });
  const go = (plan: Omit<SwitchoverPlan, "rollBackEpoch">): SwitchoverVerdict => ({
    kind: "proceed",
    plan: withRollBack(plan),
    lagSeconds: null,
    resumed: true,
  });
  const { spec } = primary.object;
  const engine = engineOf(primary.object) ?? engineOf(target.object) ?? unfinished?.engine ?? "dragonfly";

  if (isPending(spec.handover, spec)) {
    const plan = withRollBack({
      from: primary.site,
      to: spec.handover.to,
      fromEpoch: spec.epoch,
      epoch: spec.handover.epoch,
      engine,
    });
    if (spec.handover.to === to) return go(plan);
    if (primary.site === to) return { kind: "withdraw", plan };
    return null;
  }
  // Committed: the target is the higher primary, its source still says primary at the lower epoch with the handover in
  // it.
  const source = views.filter(isPresent).find((v) => v.site === spec.source);
  const old = source?.object.spec;
  if (
    primary.site === to &&
    spec.mode === "handover" &&
    old?.role === "primary" &&
    old.handover?.to === to &&
    old.handover.epoch === spec.epoch
  ) {
    return go({ from: old.site, to, fromEpoch: old.epoch, epoch: spec.epoch, engine });
  }
  // Rolled back by half: the old primary has resumed above the handover, the target's object has not been taken back.
  const other = target.object.spec;
  if (
    spec.mode === "resume" &&
    other.role === "primary" &&
    other.mode === "handover" &&
    other.source === primary.site &&
    rollBackEpoch(views, primary.site, other.epoch) === spec.epoch
  ) {
    return go({ from: primary.site, to, fromEpoch: toEpoch(other.epoch - 1), epoch: other.epoch, engine });
  }
  // Done as far as the objects go; begun here and never seen to its end.
  if (primary.site === to && unfinished !== null && unfinished.to === to && unfinished.epoch === spec.epoch)
    return go(unfinished);
  return null;
}

function handoverInTheWay({ site, object: { spec } }: PresentView): string[] {
  if (!isPending(spec.handover, spec)) return [];
  return [
    `site ${site}: a handover to ${spec.handover.to} is pending; finish it with switchover --to ` +
      `${spec.handover.to}, or take it back with switchover --to ${site}`,
  ];
}

function objectsApart(primary: PresentView, target: PresentView): string[] {
  const { spec } = target.object;
  if (spec.role === "primary")
    return [`site ${spec.site}: its object still says primary at epoch ${spec.epoch}; run failback --to ${spec.site}`];
  if (spec.source !== primary.site)
    return [
      `site ${spec.site}: follows ${spec.source ?? "nobody"}, not the primary ${primary.site}; run failback ` +
        `--to ${spec.site}`,
    ];
  return [];
}

function statusReasons(
  primary: PresentView,
  target: PresentView,
  maxLag: Seconds,
): { readonly permanent: string[]; readonly transient: string[] } {
  const permanent: string[] = [];
  const transient: string[] = [];
  const a = freshStatus(primary);
  const b = freshStatus(target);
  if (a === null) permanent.push(staleness(primary));
  if (b === null) permanent.push(staleness(target));
  if (a !== null && !servesAt(primary.object, primary.object.spec.epoch)) {
    // A server that did not answer its guard in time once is no more than busy.
    (a.phase === "Starting" ? transient : permanent).push(
      `site ${primary.site}: is primary and does not serve (${a.phase}: ${a.reason}); a switchover needs a ` +
        "serving primary, failover does not",
    );
  }
  if (b !== null) transient.push(...targetReasons(target.site, b, maxLag));
  for (const [site, status, peer] of [
    [primary.site, a, target.site],
    [target.site, b, primary.site],
  ] as const) {
    if (status === null) continue;
    const seen = status.peers.find((p) => p.site === peer);
    if (seen === undefined)
      permanent.push(
        `site ${site}: does not know ${peer} as a peer; add it to peers of stack ${site} and run pulumi up`,
      );
    else if (!seen.reachable)
      transient.push(
        `site ${site}: cannot reach ${peer} over the link; see to the gateways and their certificates (status ` +
          "shows both directions)",
      );
  }
  if (a !== null && b !== null) permanent.push(...serverReasons(primary.site, a, target.site, b));
  return { permanent, transient };
}

function staleness(view: PresentView): string {
  const age = statusAge(view);
  const what =
    age === null
      ? "its guard has never reported"
      : `its guard reported last ${Math.round(age)} s ago, more than ${STALE_STATUS_SECONDS} s`;
  return (
    `site ${view.site}: ${what}; see to its server pod (kubectl -n ${view.object.metadata.namespace} ` +
    "describe pod dragonfly-0)"
  );
}

function targetReasons(site: SiteName, status: SiteRoleStatus, maxLag: Seconds): string[] {
  const reasons: string[] = [];
  const { replication } = status;
  if (status.phase !== "Following")
    reasons.push(`site ${site}: its phase is ${status.phase}, not Following (${status.reason}); wait until it follows`);
  if (replication?.inSync !== true)
    reasons.push(
      `site ${site}: is not in ` +
        `sync${replication?.syncInProgress === true ? " (a full sync is in progress)" : ""}; wait until status ` +
        "says so",
    );
  if (replication != null) {
    if (replication.lagSeconds === null)
      reasons.push(`site ${site}: its lag is not known; wait until a heartbeat has arrived`);
    else if (replication.lagSeconds > maxLag)
      reasons.push(
        `site ${site}: is ${replication.lagSeconds.toFixed(1)} s behind, more than --max-lag ${maxLag}; wait, ` +
          "or raise --max-lag",
      );
  }
  return reasons;
}

function serverReasons(from: SiteName, a: SiteRoleStatus, to: SiteName, b: SiteRoleStatus): string[] {
  if (a.server === null || b.server === null) {
    return [...(a.server === null ? [from] : []), ...(b.server === null ? [to] : [])].map(
      (site) => `site ${site}: its server does not answer the guard; see to its server pod`,
    );
  }
  const reasons: string[] = [];
  if (a.server.engine !== b.server.engine)
    reasons.push(`site ${to}: runs ${b.server.engine}, ${from} runs ${a.server.engine}; both need the same engine`);
  else if (a.server.engine === "dragonfly" && a.server.threads !== b.server.threads) {
    reasons.push(
      `site ${to}: its server has ${b.server.threads} threads, ${from}'s has ${a.server.threads}; give both the same`,
    );
  }
  const unlimited = b.server.maxMemoryBytes === 0;
  if (!unlimited && (a.server.maxMemoryBytes === 0 || b.server.maxMemoryBytes < a.server.maxMemoryBytes)) {
    reasons.push(
      `site ${to}: its memory limit (${b.server.maxMemoryBytes} bytes) is below ${from}'s ` +
        `(${a.server.maxMemoryBytes === 0 ? "none" : `${a.server.maxMemoryBytes} bytes`}); raise it first`,
    );
  }
  return reasons;
}
