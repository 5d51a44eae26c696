import { compareDataVersions } from "../../contract/epochs";
import type { DataVersion, DiscardedData } from "../../contract/siteRole";
import type { SiteName } from "../../server/types";
import { freshStatus, isPresent, type SiteView } from "./view";

/** What a site's server holds, as far as it can be asked now. */
export type Held =
  | { readonly kind: "version"; readonly version: DataVersion }
  | { readonly kind: "empty" }
  /** Its guard or server does not answer, and no other guard reaches it. */
  | { readonly kind: "unknown" };

const UNKNOWN: Held = { kind: "unknown" };
const heldAs = (version: DataVersion | null | undefined): Held =>
  version == null ? { kind: "empty" } : { kind: "version", version };

/** By the site's own guard, or where its API server does not answer by another guard that reaches it. */
export function heldBy(site: SiteName, views: readonly SiteView[]): Held {
  const own = views.find((view) => view.site === site);
  const status = own !== undefined && isPresent(own) ? freshStatus(own) : null;
  if (status !== null) return status.server === null ? UNKNOWN : heldAs(status.dataVersion);
  for (const view of views) {
    if (view.site === site || !isPresent(view)) continue;
    const peer = freshStatus(view)?.peers.find((each) => each.site === site);
    if (peer?.reachable === true) return heldAs(peer.dataVersion);
  }
  return UNKNOWN;
}

/**
 * Sites whose data is newer than the data of `site`, or may be where that is not known: what a promotion of `site`
 * would replace. A site that `site` follows in sync is ahead only by what is under way.
 */
export function newerThan(site: SiteName, views: readonly SiteView[]): readonly DiscardedData[] {
  const own = heldBy(site, views);
  const self = views.find((view) => view.site === site);
  const replication = self !== undefined && isPresent(self) ? freshStatus(self)?.replication : null;
  const source = replication?.inSync === true ? replication.source : null;
  const others = [...new Set(views.flatMap((view) => [view.site, ...view.peers]))].filter((each) => each !== site);
  return others.flatMap((other) => {
    const held = heldBy(other, views);
    if (held.kind !== "version" || other === source) return [];
    if (own.kind === "version" && compareDataVersions(held.version, own.version) <= 0) return [];
    return [{ site: other, epoch: held.version.epoch, sequence: held.version.sequence }];
  });
}

/**
 * Of `newer`, what the operator has not given up. A site that serves goes on writing while the operator types, at the
 * same epoch.
 */
export function notDiscarded(
  newer: readonly DiscardedData[],
  discard: readonly DiscardedData[],
  serving: (site: SiteName) => boolean,
): readonly DiscardedData[] {
  return newer.filter(
    (data) =>
      !discard.some(
        (given) =>
          given.site === data.site &&
          given.epoch === data.epoch &&
          (given.sequence >= data.sequence || serving(data.site)),
      ),
  );
}

/** What a spec gives up: all that was found newer, and all that the operator named; the higher version of each site. */
export function mergeDiscards(...lists: readonly (readonly DiscardedData[])[]): readonly DiscardedData[] {
  const highest = new Map<SiteName, DiscardedData>();
  for (const data of lists.flat()) {
    const known = highest.get(data.site);
    if (known === undefined || compareDataVersions(known, data) < 0) highest.set(data.site, data);
  }
  return [...highest.values()];
}

/** As `status` shows it and `--discard` takes it. */
export const describeVersion = ({ site, epoch, sequence }: DiscardedData): string => `${site}@${epoch}/${sequence}`;

export const describeHeld = (held: Held): string =>
  held.kind === "version"
    ? `data version ${held.version.epoch}/${held.version.sequence}`
    : held.kind === "empty"
      ? "no data of the cache"
      : "data of unknown version";
