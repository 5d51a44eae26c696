import type { SiteName } from "../../../server/types";
import { newerThan } from "../../plan/heldData";
import {
  currentPrimary,
  freshStatus,
  isPresent,
  servesAt,
  statusAge,
  type PresentView,
  type SiteView,
} from "../../plan/view";
import { unfinishedHandover } from "../switchover/plan";
import { snapshotProblems } from "./snapshots";

/** Something that is not as it should be, and what to do about it. */
export interface Problem {
  readonly site: SiteName | null;
  readonly problem: string;
  /** Null: it is expected to pass by itself, or another problem's remedy mends it. */
  readonly remedy: string | null;
}

export const describeProblem = ({ site, problem, remedy }: Problem): string =>
  `${site === null ? "" : `site ${site}: `}${problem}${remedy === null ? "" : `; ${remedy}`}`;

/**
 * What `status` finds wrong. None: one primary accepts writes, every replica is in sync, the guards report and reach
 * each other, and snapshots are as they should be. Each remedy is one that works in this very state, and loses nothing
 * that another would keep.
 */
export function problemsOf(views: readonly SiteView[], expected: readonly SiteName[]): Problem[] {
  const missing = expected
    .filter((site) => !views.some((view) => view.site === site))
    .map((site) => ({
      site,
      problem: "is a peer and not in the site file",
      remedy: "run dragonfly-dr status where its stack can be read",
    }));
  const handover = handoverProblem(views);
  return [
    ...missing,
    ...handover,
    ...views.flatMap((view) => siteProblems(view, views, handover.length > 0)),
    ...nobodyPrimary(views),
  ];
}

function handoverProblem(views: readonly SiteView[]): Problem[] {
  const plan = unfinishedHandover(views);
  if (plan === null) return [];
  const { from, to, epoch } = plan;
  const committed = currentPrimary(views)?.site === to;
  const back = committed ? "" : `, or dragonfly-dr switchover --to ${from} to take it back`;
  return [
    {
      site: from,
      problem: `a switchover to ${to} at epoch ${epoch} has begun and not ended`,
      remedy: `unless its command still runs: run dragonfly-dr switchover --to ${to}, which goes on from here${back}`,
    },
  ];
}

function nobodyPrimary(views: readonly SiteView[]): Problem[] {
  if (currentPrimary(views) !== undefined || !views.every(isPresent)) return [];
  return [{ site: null, problem: "no site's object is primary", remedy: "run dragonfly-dr failover --to SITE" }];
}

function siteProblems(view: SiteView, views: readonly SiteView[], inHandover: boolean): Problem[] {
  if (view.kind === "unreachable")
    return [{ site: view.site, problem: `${view.address} ${view.problem}`, remedy: lostRemedy(view.site, views) }];
  if (view.kind === "absent") return [absentProblem(view.site, views)];
  const silent = silence(view);
  if (silent !== null) return [silent];
  const role = inHandover ? [] : roleProblems(view, views);
  return [...role, ...linkProblems(view, views), ...snapshotProblems(view)];
}

/** For a site that cannot be read and was the primary as far as anybody knows. */
function lostRemedy(site: SiteName, views: readonly SiteView[]): string | null {
  const replica = views.filter(isPresent).find((view) => view.object.spec.source === site);
  if (currentPrimary(views) !== undefined || replica === undefined) return null;
  return `see to its cluster; if the region is lost: dragonfly-dr failover --to ${replica.site}`;
}

/** A deleted object, a site built anew, or sites that were never introduced. */
function absentProblem(site: SiteName, views: readonly SiteView[]): Problem {
  const problem = "has no object";
  const primary = currentPrimary(views);
  if (primary !== undefined) {
    const serves = servesAt(primary.object, primary.object.spec.epoch);
    const remedy = `run dragonfly-dr failover --to ${primary.site} again, which makes it a replica`;
    return { site, problem, remedy: serves ? remedy : `first have ${primary.site} serve` };
  }
  const present = views.filter(isPresent);
  if (present.some((view) => view.object.spec.source === site))
    return { site, problem, remedy: `run dragonfly-dr failover --to ${site}, which the others follow` };
  if (present.length > 0) return { site, problem, remedy: "run dragonfly-dr failover --to the site that is to serve" };
  const all = views.every((view) => view.kind === "absent");
  return { site, problem, remedy: all ? "run dragonfly-dr init --primary SITE" : null };
}

function silence(view: PresentView): Problem | null {
  if (freshStatus(view) !== null) return null;
  const age = statusAge(view);
  const problem =
    age === null
      ? "its guard has never reported"
      : `its guard reported last ${Math.round(age)} s ago; its state is not known`;
  return { site: view.site, problem, remedy: podRemedy(view) };
}

const podRemedy = ({ object }: PresentView): string =>
  `see to its server pod (kubectl -n ${object.metadata.namespace} describe pod dragonfly-0)`;

function roleProblems(view: PresentView, views: readonly SiteView[]): Problem[] {
  const { site, object } = view;
  const { spec, status } = object;
  const primary = currentPrimary(views);
  if (status === undefined || primary === undefined) return [];
  if (spec.role === "replica") {
    if (status.replication?.inSync === true) return [];
    return [{ site, problem: `is not in sync: ${status.reason}`, remedy: rejoin(view, primary) }];
  }
  if (primary.site !== site) {
    const higher = `${primary.site}'s ${primary.object.spec.epoch}`;
    const problem = `its object is still primary at epoch ${spec.epoch}, below ${higher}`;
    const serves = servesAt(primary.object, primary.object.spec.epoch);
    const remedy = `run dragonfly-dr failover --to ${primary.site} again, which makes it a replica`;
    return [{ site, problem, remedy: serves ? remedy : null }];
  }
  if (servesAt(object, spec.epoch)) return [];
  const problem = `is primary and does not serve: ${status.reason}`;
  if (status.phase === "Recovering") return [{ site, problem, remedy: null }];
  return [{ site, problem, remedy: holdRemedy(view, views) }];
}

/** A replica of another site than the primary is told again whom to follow. */
function rejoin(view: PresentView, primary: PresentView): string | null {
  const follows = view.object.spec.source === primary.site;
  if (follows || !servesAt(primary.object, primary.object.spec.epoch)) return null;
  return (
    `run dragonfly-dr failback --to ${view.site}, or failover --to ${primary.site} again, which makes it a ` + "replica"
  );
}

/** Newer data elsewhere comes first: every other way would lose it. */
function holdRemedy(view: PresentView, views: readonly SiteView[]): string | null {
  const [newest] = [...newerThan(view.site, views)].sort((a, b) => b.epoch - a.epoch || b.sequence - a.sequence);
  if (newest !== undefined)
    return `run dragonfly-dr failover --to ${newest.site}, which holds newer data (${newest.epoch}/${newest.sequence})`;
  if (view.object.status?.server === null) return podRemedy(view);
  if (view.object.status?.phase !== "Refused") return null;
  const { replication, dataVersion } = view.object.status;
  // No site that can be asked holds anything newer: this copy is the best there is.
  const partial = replication?.syncInProgress === true || dataVersion === null ? " --accept-partial" : "";
  return `run dragonfly-dr failover --to ${view.site}${partial} to have it serve what it holds`;
}

function linkProblems(view: PresentView, views: readonly SiteView[]): Problem[] {
  const peers = freshStatus(view)?.peers ?? [];
  return peers
    .filter((peer) => !peer.reachable)
    .map((peer) => {
      const since =
        peer.lastContactSeconds === null ? "since it started" : `for ${Math.round(peer.lastContactSeconds)} s`;
      const known = views.find((each) => each.site === peer.site);
      const gone = known === undefined || !isPresent(known) || freshStatus(known) === null;
      const remedy = gone ? null : "see to the gateways and the link's certificates (docs/link-certificates.md)";
      return { site: view.site, problem: `has not reached ${peer.site} over the link ${since}`, remedy };
    });
}
