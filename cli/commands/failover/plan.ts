import { isAbove } from "../../../contract/epochs";
import type { DiscardedData, SiteRoleObject } from "../../../contract/siteRole";
import type { Epoch, SiteName } from "../../../server/types";
import { epochFor, epochsSeen } from "../../plan/epochs";
import { mergeDiscards, newerThan, notDiscarded } from "../../plan/heldData";
import { isAboveLimit } from "../../plan/memory";
import {
  currentPrimary,
  freshStatus,
  isPresent,
  servesAt,
  statusAge,
  type PresentView,
  type SiteView,
} from "../../plan/view";
import { expectedLoss, type ExpectedLoss } from "./loss";

export interface FailoverInput {
  readonly to: SiteName;
  readonly acceptPartial: boolean;
  /** Newer data at other sites that the operator gives up. */
  readonly discard: readonly DiscardedData[];
  /** A lower bound for the new epoch, from the operator; for when no site's object can be read. */
  readonly epochAtLeast: Epoch | null;
}

export interface FailoverPlan {
  /** The primary that is replaced, as far as anybody knows. */
  readonly from: SiteName | null;
  readonly to: SiteName;
  readonly epoch: Epoch;
  /** The target's object as it was read; null: it is created. */
  readonly target: SiteRoleObject | null;
  /** Readable objects that say primary: fenced before the promotion. */
  readonly fence: readonly PresentView[];
  /** Other readable objects: they follow the new primary afterwards. */
  readonly repoint: readonly PresentView[];
  /** Sites that answer and have no object: they are made replicas afterwards. */
  readonly introduce: readonly SiteName[];
  /** Newer data at other sites that this promotion gives up. */
  readonly discarded: readonly DiscardedData[];
  /** Sites whose objects cannot be read: they close by themselves once they learn of the epoch. */
  readonly unreachable: readonly SiteName[];
}

export type FailoverVerdict =
  | {
      readonly kind: "proceed";
      readonly plan: FailoverPlan;
      readonly loss: ExpectedLoss;
      /** What may keep the promotion from succeeding, or be lost by it. */
      readonly warnings: readonly string[];
      /** Newer data that was not given up yet; the promotion goes on only with the operator's word for exactly that. */
      readonly newer: readonly DiscardedData[];
      /** Why a failover is not what one wants now; it goes on only with the operator's word. */
      readonly objections: readonly string[];
    }
  /** The target serves already; what an earlier failover could not reach is left to be written. */
  | { readonly kind: "finish"; readonly plan: FailoverPlan }
  | { readonly kind: "refuse"; readonly reasons: readonly string[] };

/** Whether and how `to` is promoted from whatever it holds; only the target has to be reachable. */
export function decideFailover(views: readonly SiteView[], input: FailoverInput): FailoverVerdict {
  const { to } = input;
  const target = views.find((v) => v.site === to);
  if (target === undefined) return { kind: "refuse", reasons: [`site ${to}: is not in the site file`] };
  if (target.kind === "unreachable")
    return {
      kind: "refuse",
      reasons: [
        `site ${to}: ${target.address} ${target.problem}; only a site whose API server answers can be promoted`,
      ],
    };

  const others = views.filter((v) => v.site !== to);
  const object = isPresent(target) ? target.object : null;
  const primary = currentPrimary(views);
  if (object !== null && primary?.site === to && freshStatus(primary) !== null && servesAt(object, object.spec.epoch))
    return decideServing(object, others, input.discard);

  const seen = epochsSeen(views);
  if (seen.length === 0 && input.epochAtLeast === null) {
    return {
      kind: "refuse",
      reasons: [
        `site ${to}: no site's object can be read, so the epoch in use is not known; give --epoch-at-least N, ` +
          `above any epoch in receipts (sites that were never introduced: init --primary ${to})`,
      ],
    };
  }
  const reasons = object === null ? [] : dataReasons(object, input);
  if (reasons.length > 0) return { kind: "refuse", reasons };

  const newer = newerThan(to, views);
  const present = others.filter(isPresent);
  const from = primary !== undefined && primary.site !== to ? primary.site : (object?.spec.source ?? null);
  const plan: FailoverPlan = {
    from,
    to,
    epoch: epochFor(to, views, input.epochAtLeast),
    target: object,
    fence: present.filter((v) => v.object.spec.role === "primary"),
    repoint: present.filter((v) => v.object.spec.role === "replica"),
    introduce: absentAmong(others),
    discarded: mergeDiscards(newer, input.discard),
    unreachable: others.filter((v) => v.kind === "unreachable").map((v) => v.site),
  };
  return {
    kind: "proceed",
    plan,
    loss: expectedLoss(target, from, views),
    warnings: warningsFor(target),
    newer: notDiscarded(newer, input.discard, (site) => serves(views, site)),
    objections: [...healthyPrimary(primary, target), ...lackOfRoom(target)],
  };
}

function decideServing(
  object: SiteRoleObject,
  others: readonly SiteView[],
  discard: readonly DiscardedData[],
): FailoverVerdict {
  const { site, epoch } = object.spec;
  const behind = others.filter(isPresent).filter(({ object: { spec } }) => {
    if (isAbove(epoch, spec.epoch)) return spec.role === "primary" || spec.source !== site;
    // A replica that keeps a copy newer than its source's until the operator gives it up.
    return spec.role === "replica" && discard.some((data) => data.site === spec.site);
  });
  const introduce = absentAmong(others);
  if (behind.length === 0 && introduce.length === 0)
    return { kind: "refuse", reasons: [`site ${site}: is primary and serves already (epoch ${epoch})`] };
  const nothing = { from: null, repoint: [], unreachable: [] };
  return {
    kind: "finish",
    plan: { ...nothing, to: site, epoch, target: object, fence: behind, introduce, discarded: discard },
  };
}

const absentAmong = (views: readonly SiteView[]): SiteName[] =>
  views.filter((v) => v.kind === "absent").map((v) => v.site);

/** What the guard would refuse after the old primary has been fenced is refused before. */
function dataReasons({ spec, status }: SiteRoleObject, { acceptPartial }: FailoverInput): string[] {
  if (acceptPartial || status === undefined) return [];
  if (status.replication?.syncInProgress === true)
    return [
      `site ${spec.site}: a full sync is in progress, so its copy is partial; wait, or give --accept-partial ` +
        "to promote what is there",
    ];
  if (status.server !== null && status.dataVersion === null)
    return [
      `site ${spec.site}: has no data of the primary (it never synced); give --accept-partial to promote it ` +
        "all the same",
    ];
  return [];
}

function warningsFor(target: SiteView): string[] {
  if (!isPresent(target))
    return [`site ${target.site}: has no object; it is created, and its guard judges whether there is data to serve`];
  const warnings: string[] = [];
  const age = statusAge(target);
  if (age === null) warnings.push(`site ${target.site}: its guard has never reported`);
  else if (freshStatus(target) === null)
    warnings.push(`site ${target.site}: its guard reported last ${Math.round(age)} s ago`);
  if (target.object.status?.server === null) warnings.push(`site ${target.site}: its server does not answer its guard`);
  return warnings;
}

/** A primary that is well and whose copy is whole is moved without loss by a switchover. */
function healthyPrimary(primary: PresentView | undefined, target: SiteView): string[] {
  if (primary === undefined || !isPresent(target) || primary.site === target.site) return [];
  const healthy = freshStatus(primary)?.serving === true && servesAt(primary.object, primary.object.spec.epoch);
  if (!healthy || freshStatus(target)?.replication?.inSync !== true) return [];
  return [
    `site ${primary.site} serves and ${target.site} is in sync: switchover --to ${target.site} moves the ` +
      "primary without loss",
  ];
}

/** A server above its limit may have no room even for a heartbeat, and refuses writes until keys are gone. */
function lackOfRoom(target: SiteView): string[] {
  const server = isPresent(target) ? (target.object.status?.server ?? null) : null;
  if (server === null || !isAboveLimit(server)) return [];
  return [
    `site ${target.site}: its server uses ${server.usedMemoryBytes} bytes of ${server.maxMemoryBytes}, ` +
      `so it refuses writes or evicts keys once it serves; raise server.maxmemory there`,
  ];
}

const serves = (views: readonly SiteView[], site: SiteName): boolean =>
  views.some((view) => view.site === site && isPresent(view) && freshStatus(view)?.serving === true);
