import type { Retention } from "../contract/snapshotsFile";
import { MANIFEST } from "./layout";
import { isGood, newestGood, type StoredSnapshot } from "./store/inventory";

const DAY_MS = 86_400_000;

/**
 * What may be removed of one site's snapshots, in the order in which it is removed (a manifest first: a snapshot
 * without one does
 * not exist). Stays: the newest good one, the newest `least` good ones, and every good one of the last `days`; what is
 * not whole
 * stays for a day, as it may be on its way.
 */
export function prunable(inventory: readonly StoredSnapshot[], retention: Retention, now: number): string[] {
  const good = inventory
    .filter(isGood)
    .sort((a, b) => Date.parse(b.state.manifest.time) - Date.parse(a.state.manifest.time));
  const kept = new Set(good.slice(0, Math.max(1, retention.least)).map(({ folder }) => folder));
  const newest = newestGood(inventory);
  if (newest !== null) kept.add(newest.folder);
  for (const each of good)
    if (now - Date.parse(each.state.manifest.time) <= retention.days * DAY_MS) kept.add(each.folder);
  return inventory
    .filter((each) => (isGood(each) ? !kept.has(each.folder) : now - each.changedAt > DAY_MS))
    .flatMap(({ folder, objects }) =>
      objects.map(({ key }) => key).sort((a, b) => Number(b === folder + MANIFEST) - Number(a === folder + MANIFEST)),
    );
}
