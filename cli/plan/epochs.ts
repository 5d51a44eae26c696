import { nextEpochOf } from "../../contract/epochs";
import type { Epoch, SiteName } from "../../server/types";
import { isPresent, type SiteView } from "./view";

/**
 * Every epoch that is known to be used, or may be: in specs, in what guards acted on, remember and know of their peers,
 * in data, in a handover that was prepared; and the one that a roll-back of a refused handover uses
 * (docs/architecture.md).
 */
export function epochsSeen(views: readonly SiteView[]): Epoch[] {
  const seen: number[] = [];
  for (const { object } of views.filter(isPresent)) {
    const { spec, status } = object;
    seen.push(spec.epoch, spec.handover?.epoch ?? 0);
    if (status === undefined) continue;
    seen.push(status.epoch, status.handover?.epoch ?? 0, status.highestClaim?.epoch ?? 0);
    seen.push(status.promotion?.epoch ?? 0, status.dataVersion?.epoch ?? 0);
    seen.push(...status.peers.flatMap((peer) => [peer.epoch ?? 0, peer.dataVersion?.epoch ?? 0]));
    if (status.refusal !== undefined)
      seen.push(
        spec.mode === "handover" && spec.source !== undefined && status.refusal.epoch === spec.epoch
          ? rollBackEpoch(views, spec.source, spec.epoch)
          : status.refusal.epoch,
      );
  }
  return seen.filter((e) => e > 0) as Epoch[];
}

/** Every site of the cache, as far as the site file says: its entries and their peers, reachable or not. */
const sitesOf = (views: readonly SiteView[]): SiteName[] => views.flatMap((v) => [v.site, ...v.peers]);

/** For `site` to become primary at, above every epoch that was seen and at least `least`. */
export const epochFor = (site: SiteName, views: readonly SiteView[], least: Epoch | null = null): Epoch =>
  nextEpochOf(site, sitesOf(views), ...epochsSeen(views), (least ?? 1) - 1);

/** For the old primary to go on at, after a handover at `handover` was refused. */
export const rollBackEpoch = (views: readonly SiteView[], from: SiteName, handover: Epoch): Epoch =>
  nextEpochOf(from, sitesOf(views), handover);
