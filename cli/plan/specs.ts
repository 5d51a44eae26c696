import type { DiscardedData, ReplicationPosition, SiteRoleSpec, SnapshotRequest } from "../../contract/siteRole";
import { isRecord } from "../../server/records";
import type { Epoch, SiteName } from "../../server/types";

/** The specs that commands write; each is whole, so that nothing of an older role stays behind. */

export const initialPrimary = (site: SiteName, epoch: Epoch): SiteRoleSpec => ({
  site,
  role: "primary",
  epoch,
  mode: "initial",
});

/** @param discarded - of which the site's own data is what it may replace although its source is older. */
export const replicaOf = (
  site: SiteName,
  epoch: Epoch,
  source: SiteName,
  discarded: readonly DiscardedData[] = [],
): SiteRoleSpec => {
  const own = discarded.filter((data) => data.site === site);
  return { site, role: "replica", epoch, source, ...(own.length === 0 ? {} : { discard: own }) };
};

export const withHandover = (spec: SiteRoleSpec, to: SiteName, epoch: Epoch): SiteRoleSpec => ({
  ...spec,
  handover: { to, epoch },
});

export function withoutHandover(spec: SiteRoleSpec): SiteRoleSpec {
  const { handover, ...rest } = spec;
  return handover === undefined ? spec : rest;
}

export const takingOver = (
  site: SiteName,
  epoch: Epoch,
  source: SiteName,
  proof: ReplicationPosition | null,
): SiteRoleSpec => ({
  site,
  role: "primary",
  epoch,
  mode: "handover",
  source,
  ...(proof === null ? {} : { proof }),
});

export const forcedPrimary = (
  site: SiteName,
  epoch: Epoch,
  { acceptPartial, discard }: { readonly acceptPartial: boolean; readonly discard: readonly DiscardedData[] },
): SiteRoleSpec => ({
  site,
  role: "primary",
  epoch,
  mode: "forced",
  ...(acceptPartial ? { acceptPartial: true } : {}),
  ...(discard.length > 0 ? { discard } : {}),
});

/** `from`: a snapshot's id, or "newest". */
export const restoredPrimary = (site: SiteName, epoch: Epoch, from: string): SiteRoleSpec => ({
  site,
  role: "primary",
  epoch,
  mode: "restored",
  restore: { from },
});

/** The role stays as it is; the request is to take a snapshot, or to read the one named by `check`. */
export const withSnapshot = (spec: SiteRoleSpec, request: SnapshotRequest): SiteRoleSpec => ({
  ...spec,
  snapshot: request,
});

/**
 * After a takeover whose outcome is unknown the server is ended first: it might carry the takeover out when it wakes.
 */
export const resumed = (site: SiteName, epoch: Epoch, takeover: "refused" | "unknown"): SiteRoleSpec => ({
  site,
  role: "primary",
  epoch,
  mode: "resume",
  ...(takeover === "unknown" ? { endServer: true } : {}),
});

/** Equal whatever the order of their fields: the API server orders them its own way. */
export function sameSpec(a: SiteRoleSpec, b: SiteRoleSpec): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    isRecord(field) ? Object.fromEntries(Object.entries(field).sort(([x], [y]) => (x < y ? -1 : 1))) : field,
  );
}
