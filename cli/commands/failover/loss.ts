import { compareDataVersions } from "../../../contract/epochs";
import type { Seconds, SiteName } from "../../../server/types";
import { isPresent, statusAge, type SiteView } from "../../plan/view";

export interface ExpectedLoss {
  /** Age of the newest heartbeat that the target has. Null: not known. */
  readonly lagSeconds: Seconds | null;
  /** Writes that were acknowledged within so many seconds are at risk: `lagSeconds` less the time without service. */
  readonly atRiskSeconds: Seconds | null;
  /** Since the old primary stopped serving; null: it serves, or that is not known. */
  readonly closedForSeconds: Seconds | null;
  /** Since the target last heard of the old primary; null: never, or not known. */
  readonly lastContactSeconds: Seconds | null;
  readonly sentence: string;
}

/** What the promotion of `target` loses of the old primary's acknowledged writes, before anything is changed. */
export function expectedLoss(target: SiteView, from: SiteName | null, views: readonly SiteView[]): ExpectedLoss {
  const status = isPresent(target) ? target.object.status : undefined;
  const since = isPresent(target) ? (statusAge(target) ?? 0) : 0;
  const old = from ?? "the old primary";
  const lag = plus(status?.replication?.lagSeconds ?? null, since);
  const contact = plus(status?.peers.find((p) => p.site === from)?.lastContactSeconds ?? null, since);
  const closedFor = closedForSeconds(views.find((view) => view.site === from));
  const atRisk = lag === null ? null : (Math.max(0, lag - (closedFor ?? 0)) as Seconds);
  const known = { lagSeconds: lag, atRiskSeconds: atRisk, closedForSeconds: closedFor, lastContactSeconds: contact };
  const heard = contact === null ? "" : `; it heard of ${from} last ${contact.toFixed(1)} s ago`;
  if (closedFor !== null && holdsAll(target, from, views))
    return {
      ...known,
      sentence:
        `expected loss: nothing beyond ${old}'s last heartbeat, which ${target.site} has; ${old} has served ` +
        `nobody for ${closedFor.toFixed(1)} s`,
    };
  if (lag === null || atRisk === null)
    return {
      ...known,
      sentence: `expected loss: not known, ${target.site} does not report how new its copy is${heard}`,
    };
  if (closedFor !== null)
    return {
      ...known,
      sentence:
        `expected loss: writes that ${old} acknowledged in the ${atRisk.toFixed(1)} s before it stopped serving, ` +
        `${closedFor.toFixed(1)} s ago${heard}`,
    };
  return {
    ...known,
    sentence:
      `expected loss: writes that ${old} acknowledged in the last ${lag.toFixed(1)} s (the age of ` +
      `${target.site}'s newest heartbeat)${heard}`,
  };
}

const plus = (value: number | null, more: number): Seconds | null =>
  value === null ? null : ((value + more) as Seconds);

/** By the old primary's own clock, where its object can be read and says when it closed. */
function closedForSeconds(old: SiteView | undefined): Seconds | null {
  if (old === undefined || !isPresent(old)) return null;
  const { status } = old.object;
  const stopped = Date.parse(status?.stoppedServingAt ?? "");
  if (status === undefined || status.serving || Number.isNaN(stopped)) return null;
  return Math.max(0, (old.clock - stopped) / 1000) as Seconds;
}

/** Whether the target's data is at least as new as all that the old primary wrote before it stopped. */
function holdsAll(target: SiteView, from: SiteName | null, views: readonly SiteView[]): boolean {
  const old = views.find((view) => view.site === from);
  if (old === undefined || !isPresent(old) || !isPresent(target)) return false;
  const [had, has] = [old.object.status?.dataVersion ?? null, target.object.status?.dataVersion ?? null];
  return had !== null && has !== null && compareDataVersions(has, had) >= 0;
}
