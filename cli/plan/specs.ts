import type { ReplicationPosition, SiteRoleSpec } from "../../contract/siteRole";
import type { Epoch, SiteName } from "../../server/types";

/** The specs that commands write; each is whole, so that nothing of an older role stays behind. */

export const initialPrimary = (site: SiteName, epoch: Epoch): SiteRoleSpec => ({
  site,
  role: "primary",
  epoch,
  mode: "initial",
});

export const replicaOf = (site: SiteName, epoch: Epoch, source: SiteName): SiteRoleSpec => ({
  site,
  role: "replica",
  epoch,
  source,
});

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

export const forcedPrimary = (site: SiteName, epoch: Epoch, copy: "whole" | "partial-accepted"): SiteRoleSpec => ({
  site,
  role: "primary",
  epoch,
  mode: "forced",
  ...(copy === "partial-accepted" ? { acceptPartial: true } : {}),
});

/** `from`: a snapshot's id, or "newest". */
export const restoredPrimary = (site: SiteName, epoch: Epoch, from: string): SiteRoleSpec => ({
  site,
  role: "primary",
  epoch,
  mode: "restored",
  restore: { from },
});

/** The role stays as it is; `id` names the request. */
export const withSnapshot = (spec: SiteRoleSpec, id: string): SiteRoleSpec => ({ ...spec, snapshot: { id } });

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
