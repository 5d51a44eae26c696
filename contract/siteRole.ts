import { count, object, optional, text, word, type Description, type Value } from "./describe";
import { parse } from "./parse";
import { siteRoleSpec } from "./siteRoleSpec";
import { siteRoleStatus, type SiteRoleStatus } from "./siteRoleStatus";

export type { DataVersion } from "./fields";
export { isAllowed } from "./siteRoleSpec";
export type {
  Allowance,
  DiscardedData,
  PromotionMode,
  ReplicationPosition,
  SiteRoleSpec,
  SnapshotRequest,
} from "./siteRoleSpec";
export type { PeerStatus, Phase, ReplicationStatus, ServerStatus, SiteRoleStatus } from "./siteRoleStatus";

/** The custom resource that holds one site's role and epoch: commands write the spec, the guard writes the status. */
export const SITE_ROLE = {
  group: "dragonfly-dr.io",
  version: "v1alpha1",
  kind: "SiteRole",
  plural: "siteroles",
  apiVersion: "dragonfly-dr.io/v1alpha1",
} as const;

/** A status that is not understood is no reason to leave a site's role alone: it counts as none. */
const understoodStatus: Description<SiteRoleStatus | undefined> = {
  schema: siteRoleStatus.schema,
  read(value) {
    const reading = siteRoleStatus.read(value, "status");
    return { ok: true, value: reading.ok ? reading.value : undefined };
  },
};

export const siteRoleObject = object({
  apiVersion: word([SITE_ROLE.apiVersion]),
  kind: word([SITE_ROLE.kind]),
  metadata: object({
    name: text,
    namespace: text,
    resourceVersion: optional(text),
    generation: optional(count),
    uid: optional(text),
  }),
  spec: siteRoleSpec,
  status: optional(understoodStatus),
});
export interface SiteRoleObject extends Omit<Value<typeof siteRoleObject>, "status"> {
  readonly status?: SiteRoleStatus;
}

/** @throws NotUnderstood for another version of the kind, an unknown role or mode, or no role object at all. */
export function parseSiteRole(value: unknown, what: string): SiteRoleObject {
  const { status, ...rest } = parse(siteRoleObject, value, what);
  return status === undefined ? rest : { ...rest, status };
}
