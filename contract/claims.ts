import type { Role, SiteName } from "../server/types";
import type { SiteRoleSpec } from "./siteRole";

export interface Claim {
  readonly epoch: number;
  readonly site: SiteName;
  readonly role: Role;
}

/**
 * Whether a peer's object outranks a primary's: somebody has decided later than `own` (a higher epoch, whichever role
 * it gives
 * the peer), or at the same epoch for a site whose name is higher. A replica at the same epoch is this primary's own.
 */
export function outranks(peer: Claim, own: SiteRoleSpec): boolean {
  if (peer.epoch !== own.epoch) return peer.epoch > own.epoch;
  return peer.role === "primary" && peer.site > own.site;
}

/** The higher of two claims in (epoch, primary before replica, site name). */
export function higherClaim(a: Claim | null, b: Claim): Claim {
  if (a === null || b.epoch > a.epoch) return b;
  if (b.epoch < a.epoch) return a;
  if (a.role !== b.role) return a.role === "primary" ? a : b;
  return b.site > a.site ? b : a;
}
