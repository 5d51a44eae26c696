import type { Epoch, Role } from "../server/types";
import type { SiteRoleStatus } from "./siteRole";
import type { Heartbeat } from "./heartbeat";

/** What `/status` answers: the object's status, and what only guards need of each other. */
export interface GuardReport extends SiteRoleStatus {
  readonly specEpoch: Epoch | null;
  readonly specRole: Role | null;
  /** This site's wall clock in ms. */
  readonly now: number;
  /** The heartbeat in this site's data set. */
  readonly heartbeat: Heartbeat | null;
  /** The process that counted `promotion.commandsSeen`. */
  readonly promotionRunId: string | null;
}
