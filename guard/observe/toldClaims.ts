import { higherClaim, isAbove, NO_EPOCH, type Claim } from "../../contract/epochs";
import { ROLES } from "../../contract/fields";
import { isSiteName, type SiteName } from "../../server/types";

/**
 * What peers' guards have said of their own role objects along with their questions. Over a link that works one way
 * only, the side that cannot ask learns of a higher claim by it. The link's mutual TLS is what says who asks.
 */
export class ToldClaims {
  private readonly claims = new Map<SiteName, Claim>();

  constructor(private readonly peers: readonly SiteName[]) {}

  /** @returns whether it is news. */
  note(claim: Claim): boolean {
    if (!this.peers.includes(claim.site)) return false;
    const before = this.claims.get(claim.site) ?? null;
    const now = higherClaim(before, claim);
    this.claims.set(claim.site, now);
    return JSON.stringify(now) !== JSON.stringify(before);
  }

  list(): readonly Claim[] {
    return [...this.claims.values()];
  }
}

/** The query of a question to a peer's guard. */
export const claimQuery = ({ site, role, epoch }: Claim): string => `?site=${site}&role=${role}&epoch=${epoch}`;

/** @returns null where a question says nothing, or nothing that can be understood. */
export function claimOf(query: string): Claim | null {
  const said = new URLSearchParams(query);
  const site = said.get("site") ?? "";
  const role = ROLES.find((known) => known === said.get("role"));
  const epoch = Number(said.get("epoch"));
  if (!isSiteName(site) || role === undefined || !Number.isSafeInteger(epoch) || !isAbove(epoch, NO_EPOCH)) return null;
  return { site, role, epoch };
}
