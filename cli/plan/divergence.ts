import type { SiteRoleStatus } from "../../contract/siteRole";

/** What a former primary had that the new one never got. */
export function describeDivergence(divergence: NonNullable<SiteRoleStatus["divergence"]>): string {
  const { epoch, writesUpperBound, dump } = divergence;
  const writes = writesUpperBound === null ? "an unknown number of writes" : `at most ${writesUpperBound} writes`;
  const kept = dump === null ? "no dump of them was kept" : `they are kept in ${dump} on its volume`;
  return `${writes} from before epoch ${epoch} never reached the new primary; ${kept}`;
}
