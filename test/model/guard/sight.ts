import type { PeerRecord } from "../../../guard/guardView";
import type { PeerView } from "../../../guard/observe/observation";
import type { GuardReport } from "../../../contract/guardReport";
import { PeerWatch } from "../../../guard/observe/peerWatch";
import { siteAt, type World } from "../world/world";
import type { Sight } from "./state";

const realView = PeerWatch.prototype.view as unknown as (this: unknown) => PeerView;

/** The product's own words on what a peer said, over this search's time. */
export const viewOf = (w: World, sight: Sight): PeerView =>
  realView.call({ ...sight, peer: { site: siteAt(w, sight.peer).name }, monotonic: () => w.now });

export const recordOf = (w: World, sight: Sight): PeerRecord => ({
  site: siteAt(w, sight.peer).name,
  view: viewOf(w, sight),
  report: sight.report,
  secondsSinceContact: sight.lastContact === null ? null : (w.now - sight.lastContact) / 1000,
});

/** An answer has come. */
export function took(w: World, sight: Sight, report: GuardReport): void {
  sight.askedAt = w.now;
  sight.report = report;
  sight.reachable = true;
  sight.lastContact = w.now;
  sight.askedAt = w.now;
  sight.servingSince = report.serving ? (sight.servingSince ?? w.now) : null;
}

export function failed(sight: Sight): void {
  sight.reachable = false;
  sight.servingSince = null;
}
