import type { SiteView } from "../../plan/view";

/**
 * One line for each site that keeps snapshots: the newest, the last proven restore, and the trouble where there is one.
 */
export function snapshotLines(views: readonly SiteView[]): string[] {
  return views.flatMap((view) => {
    const snapshots = view.kind === "present" ? view.object.status?.snapshots : undefined;
    if (view.kind !== "present" || snapshots === undefined) return [];
    // A field that was null is absent in what the API server keeps.
    const { newest, proven, drill, state, reason } = snapshots;
    const newestText =
      newest == null
        ? "no snapshot"
        : `newest snapshot ${newest.id} (${ago(newest.time, view.clock)}, ${(newest.bytes / 2 ** 20).toFixed(1)} MiB)`;
    const provenText = proven == null ? "no restore proven yet" : `last restore proven ${ago(proven.time, view.clock)}`;
    const failed = drill?.outcome === "failed" ? [`the last drill failed: ${drill.problems.join("; ")}`] : [];
    const trouble = state === "ok" ? [] : [`${state}: ${reason}`];
    return [`${view.site}: ${[newestText, provenText, ...failed, ...trouble].join("; ")}`];
  });
}

function ago(time: string, clock: number): string {
  const seconds = Math.max(0, (clock - Date.parse(time)) / 1000);
  if (seconds < 120) return `${Math.round(seconds)} s ago`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h ago` : `${Math.round(seconds / 86_400)} days ago`;
}
