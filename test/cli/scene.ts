import { SITE_ROLE, type SiteRoleObject, type SiteRoleSpec, type SiteRoleStatus } from "../../contract/siteRole";
import { bytes, epoch, seconds, siteName, type SiteName } from "../../server/types";
import type { PresentView, SiteView } from "../../cli/plan/view";
import { initialPrimary, replicaOf } from "../../cli/plan/specs";

export const PRIMARY = siteName("primary");
export const DR = siteName("dr");
export const NOW = Date.parse("2026-01-01T00:00:00Z");

export const object = (spec: SiteRoleSpec, status?: SiteRoleStatus): SiteRoleObject => ({
  apiVersion: SITE_ROLE.apiVersion,
  kind: SITE_ROLE.kind,
  metadata: { name: spec.site, namespace: "cache", uid: spec.site, generation: 1, resourceVersion: "1" },
  spec,
  ...(status === undefined ? {} : { status }),
});

export const view = (spec: SiteRoleSpec, status?: SiteRoleStatus): PresentView => ({
  kind: "present",
  site: spec.site,
  peers: [],
  address: `https://${spec.site}.example`,
  clock: NOW,
  object: object(spec, status),
});
export const unreachable = (site: SiteName): SiteView => ({
  kind: "unreachable",
  site,
  peers: [],
  address: `https://${site}.example`,
  problem: "does not answer (ETIMEDOUT)",
});
export const absent = (site: SiteName): SiteView => ({
  kind: "absent",
  site,
  peers: [],
  address: `https://${site}.example`,
  clock: NOW,
});

const common = (
  site: SiteName,
  peer: SiteName,
): Omit<SiteRoleStatus, "phase" | "reason" | "role" | "serving" | "replication"> => ({
  site,
  observedGeneration: 1,
  epoch: 1,
  dataVersion: { epoch: 1, sequence: 10 },
  server: {
    engine: "dragonfly",
    version: "1.37.0",
    runId: site,
    threads: 4,
    usedMemoryBytes: bytes(1 << 20),
    maxMemoryBytes: bytes(1 << 30),
  },
  peers: [
    {
      site: peer,
      reachable: true,
      lastContactSeconds: seconds(0),
      role: null,
      epoch: null,
      serving: false,
      dataVersion: null,
      lagSeconds: null,
    },
  ],
  updatedAt: new Date(NOW - 1_000).toISOString(),
});

export const serving = (changes: Partial<SiteRoleStatus> = {}): SiteRoleStatus => ({
  ...common(PRIMARY, DR),
  phase: "Serving",
  reason: "serves as primary",
  role: "primary",
  serving: true,
  replication: null,
  ...changes,
});
export const following = (changes: Partial<SiteRoleStatus> = {}): SiteRoleStatus => ({
  ...common(DR, PRIMARY),
  phase: "Following",
  reason: "in sync",
  role: "replica",
  serving: false,
  replication: {
    source: PRIMARY,
    linkUp: true,
    syncInProgress: false,
    inSync: true,
    lagSeconds: seconds(0.2),
    position: { replicationId: "id", offset: 1 },
  },
  ...changes,
});

/** Primary and replica as they are after init, both well. */
export const pair = (a: Partial<SiteRoleStatus> = {}, b: Partial<SiteRoleStatus> = {}): [PresentView, PresentView] => [
  view(initialPrimary(PRIMARY, epoch(1)), serving(a)),
  view(replicaOf(DR, epoch(1), PRIMARY), following(b)),
];
