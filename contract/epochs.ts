import { epoch, type Epoch, type Role, type SiteName } from "../server/types";

/**
 * The one place where epochs are drawn and ordered; lint forbids other comparisons than equality elsewhere. A role
 * counts from the epoch its object has; of two objects the higher in (epoch, site name) holds.
 */

/** Stands where no epoch was seen yet; below every epoch. */
export const NO_EPOCH = 0;

/** What one site's object says about who is primary. */
export interface Claim {
  readonly epoch: number;
  readonly site: SiteName;
  readonly role: Role;
}

/** Whether `epoch` was drawn later than `other`. */
export const isAbove = (epoch: number, other: number): boolean => epoch > other;

/** Whether a primary's object asks for a handover that has not happened: it names an epoch above the object's own. */
export const isPending = <T extends { readonly epoch: number }>(
  handover: T | undefined,
  own: { readonly epoch: number },
): handover is T => handover !== undefined && isAbove(handover.epoch, own.epoch);

/** For sort: the lower first. */
export const compareEpochs = (a: number, b: number): number => a - b;

/** Where a site's data stands: the epoch of its newest heartbeat first, then that heartbeat's sequence. */
export const compareDataVersions = (
  a: { readonly epoch: number; readonly sequence: number },
  b: { readonly epoch: number; readonly sequence: number },
): number => a.epoch - b.epoch || a.sequence - b.sequence;

/** For sort: the higher in (epoch, site name) first. */
export const highestFirst = (
  a: { readonly epoch: number; readonly site: SiteName },
  b: { readonly epoch: number; readonly site: SiteName },
): number => b.epoch - a.epoch || (a.site < b.site ? 1 : a.site > b.site ? -1 : 0);

/**
 * Whether a peer's object outranks a primary's: somebody has decided later than `own` (a higher epoch, whichever role
 * it gives the peer), or at the same epoch for a site whose name is higher. A replica at the same epoch is this
 * primary's own.
 */
export function outranks(peer: Claim, own: { readonly epoch: number; readonly site: SiteName }): boolean {
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

/**
 * The epoch at which `site` becomes primary: the lowest above all `seen` that belongs to it. Epoch e belongs to the
 * site at place e modulo n of the n sites in the order of their names, so that two commands that see different things,
 * and promote different sites, never draw the same one. With the sites dr and primary the odd epochs are primary's:
 * introduced at 1, moved by switchovers at 2, 3, 4.
 * @param sites - every site of the cache, in any order, the same list for every command.
 */
export function nextEpochOf(site: SiteName, sites: readonly SiteName[], ...seen: readonly number[]): Epoch {
  const sorted = [...new Set([...sites, site])].sort();
  const above = Math.max(NO_EPOCH, ...seen) + 1;
  const missing = (sorted.indexOf(site) - (above % sorted.length) + sorted.length) % sorted.length;
  return epoch(above + missing);
}
