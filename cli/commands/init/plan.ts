import type { SiteRoleObject, SiteRoleSpec } from "../../../contract/siteRole";
import { nextEpochOf } from "../../../contract/epochs";
import type { SiteName } from "../../../server/types";
import { initialPrimary, replicaOf } from "../../plan/specs";
import { isPresent, type SiteView } from "../../plan/view";

export interface InitSite {
  readonly site: SiteName;
  readonly peers: readonly SiteName[];
}

export type InitVerdict =
  /** In the order to be written: replicas first, so that a primary never serves beside a site that was not told. */
  | { readonly kind: "proceed"; readonly create: readonly SiteRoleSpec[]; readonly resumed: boolean }
  | { readonly kind: "refuse"; readonly reasons: readonly string[] };

/**
 * Whether the sites can be introduced with `primary` as the first primary.
 * @param missing - what a cluster lacks for role objects, by site.
 * @param begun - whether a run of the same init was begun here and never ended: objects that it made are no obstacle.
 */
export function decideInit(
  sites: readonly InitSite[],
  views: readonly SiteView[],
  missing: ReadonlyMap<SiteName, readonly string[]>,
  primary: SiteName,
  begun: "begun-here" | "new",
): InitVerdict {
  const first = nextEpochOf(
    primary,
    sites.flatMap((s) => [s.site, ...s.peers]),
  );
  const planned = [
    ...sites.filter((s) => s.site !== primary).map((s) => replicaOf(s.site, first, primary)),
    initialPrimary(primary, first),
  ];
  const reasons = sites.flatMap((s) => peerReasons(s, sites));
  if (sites.length === 1 && sites[0]?.peers.length === 0)
    reasons.push(`site ${primary}: has no peers; it makes itself primary, there is nothing to introduce`);
  for (const view of views) {
    const lacks = missing.get(view.site) ?? [];
    if (view.kind === "unreachable" && lacks.length === 0)
      reasons.push(`site ${view.site}: ${view.address} ${view.problem}`);
    reasons.push(...lacks.map((lack) => `site ${view.site}: ${lack}`));
  }
  const present = views.filter(isPresent).map((v) => v.object);
  const create = planned.filter((spec) => !present.some((o) => o.spec.site === spec.site));
  const ours = begun === "begun-here" && present.every((o) => planned.some((spec) => isAsPlanned(o, spec)));
  if (!ours) reasons.push(...present.map(existing));
  if (reasons.length > 0) return { kind: "refuse", reasons };
  return { kind: "proceed", create, resumed: present.length > 0 };
}

function peerReasons({ site, peers }: InitSite, sites: readonly InitSite[]): string[] {
  const unknown = peers
    .filter((p) => !sites.some((s) => s.site === p))
    .map(
      (p) =>
        `site ${site}: its peer ${p} is not in the site file; deploy its stack (pulumi up -s ${p}) and run init again`,
    );
  const unlisted = sites
    .filter((s) => s.site !== site && !peers.includes(s.site))
    .map((s) => `site ${site}: does not have ${s.site} among its peers; add it to peers and run pulumi up`);
  return [...unknown, ...unlisted];
}

function existing({ metadata, spec }: SiteRoleObject): string {
  return (
    `site ${spec.site}: object siterole/${metadata.name} in namespace ${metadata.namespace} exists ` +
    `(${spec.role} at epoch ${spec.epoch}); the sites are introduced once only, roles are moved by ` +
    "switchover and failover"
  );
}

const isAsPlanned = ({ spec }: SiteRoleObject, planned: SiteRoleSpec): boolean =>
  spec.site === planned.site &&
  spec.role === planned.role &&
  spec.epoch === planned.epoch &&
  spec.mode === planned.mode &&
  spec.source === planned.source;
