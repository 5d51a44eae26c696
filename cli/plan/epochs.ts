import { nextEpoch, type Epoch } from "../../server/types";
import { isPresent, type SiteView } from "./view";

/**
 * Every epoch that is known to be used, or may be: in specs, in what guards acted on and know of their peers, in a
 * handover that
 * was prepared; and one above a refused handover, for a roll-back uses that (docs/architecture.md).
 */
export function epochsSeen(views: readonly SiteView[]): Epoch[] {
  const seen: number[] = [];
  for (const { object } of views.filter(isPresent)) {
    const { spec, status } = object;
    seen.push(spec.epoch, spec.handover?.epoch ?? 0);
    if (status === undefined) continue;
    seen.push(status.epoch, status.handover?.epoch ?? 0, ...status.peers.map((p) => p.epoch ?? 0));
    if (status.refusal !== undefined)
      seen.push(
        spec.mode === "handover" && status.refusal.epoch === spec.epoch ? spec.epoch + 1 : status.refusal.epoch,
      );
  }
  return seen.filter((e) => e > 0) as Epoch[];
}

export const epochAbove = (views: readonly SiteView[]): Epoch => nextEpoch(...epochsSeen(views));
