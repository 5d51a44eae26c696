import { SITE_ROLE, type SiteRoleSpec } from "../../../contract/siteRole";
import { LabError } from "../../labError";
import type { LabSite } from "../../plan";
import { CACHE_NAMESPACE } from "../../tls/linkTls";
import { rolePath, ROLES_PATH, type FaultLab } from "../run/faultLab";

export async function deleteRole(w: FaultLab, site: LabSite): Promise<void> {
  await w.withApi(site, (api) => api.request("DELETE", rolePath(site)));
}

export async function backUpRole(w: FaultLab, site: LabSite): Promise<SiteRoleSpec> {
  const object = await w.role(site);
  if (object === undefined) throw new LabError(`${site}: no role object`);
  return object.spec;
}

/** As a backup tool does: what is there is deleted, and what was there before is made anew. */
export async function restoreRole(w: FaultLab, site: LabSite, spec: SiteRoleSpec): Promise<void> {
  await deleteRole(w, site);
  const body = {
    apiVersion: SITE_ROLE.apiVersion,
    kind: SITE_ROLE.kind,
    metadata: { name: site, namespace: CACHE_NAMESPACE },
    spec,
  };
  const made = await w.withApi(site, (api) => api.request("POST", ROLES_PATH, JSON.stringify(body)));
  if (made.status !== 201) throw new LabError(`${site}: role object not restored: ${made.body.slice(0, 300)}`);
}
