import type { SnapshotsReport } from "../../../contract/snapshotsReport";
import { freshStatus, type PresentView, type SiteView } from "../../plan/view";
import type { Problem } from "./problems";

/** As the alert on a snapshot's age (docs/runbook.md): two periods of the default cron. */
const OLDEST_SECONDS = 43_200;

/** A snapshot that is too old, or that cannot be taken. */
export function snapshotProblems(view: PresentView): Problem[] {
  const snapshots = freshStatus(view)?.snapshots;
  if (snapshots === undefined) return [];
  const { site, clock } = view;
  const { state, reason, newest, drill } = snapshots;
  const problems: Problem[] = [];
  const remedy = "see docs/runbook.md, the words of snapshots";
  if (!["ok", "waiting", "skipped"].includes(state))
    problems.push({ site, problem: `snapshots: ${state}: ${reason}`, remedy });
  const age = newest == null ? null : (clock - Date.parse(newest.time)) / 1000;
  if (age !== null && age > OLDEST_SECONDS && view.object.spec.role === "primary")
    problems.push({
      site,
      problem: `its newest snapshot ${newest?.id} is of ${ago(newest?.time ?? "", clock)}`,
      remedy: `run dragonfly-dr snapshot --site ${site}`,
    });
  if (drill?.outcome === "failed")
    problems.push({
      site,
      problem: `the last drill failed: ${drill.problems.join("; ")}`,
      remedy: "run dragonfly-dr drill",
    });
  return problems;
}

/** One line for each site that keeps snapshots: the newest and the last proven restore. */
export function snapshotLines(views: readonly SiteView[]): string[] {
  return views.flatMap((view) => {
    const snapshots = view.kind === "present" ? view.object.status?.snapshots : undefined;
    return view.kind !== "present" || snapshots === undefined ? [] : [`${view.site}: ${lineOf(snapshots, view.clock)}`];
  });
}

function lineOf({ newest, proven, state, reason }: SnapshotsReport, clock: number): string {
  const newestText =
    newest == null
      ? "no snapshot"
      : `newest snapshot ${newest.id} (${ago(newest.time, clock)}, ${(newest.bytes / 2 ** 20).toFixed(1)} MiB)`;
  const provenText = proven == null ? "no restore proven yet" : `last restore proven ${ago(proven.time, clock)}`;
  return [newestText, provenText, ...(state === "ok" ? [] : [`${state}: ${reason}`])].join("; ");
}

function ago(time: string, clock: number): string {
  const seconds = Math.max(0, (clock - Date.parse(time)) / 1000);
  if (seconds < 120) return `${Math.round(seconds)} s ago`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h ago` : `${Math.round(seconds / 86_400)} days ago`;
}
