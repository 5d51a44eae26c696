import assert from "node:assert/strict";
import { siteRoleColumns, siteRoleSchema } from "../../contract/siteRoleSchema";
import type {
  PeerStatus,
  ReplicationStatus,
  ServerStatus,
  SiteRoleSpec,
  SiteRoleStatus,
} from "../../contract/siteRole";

type Names<T> = { readonly [K in keyof Required<T>]: true };

/** Every field of the types; the compiler keeps these lists whole. */
const spec: Names<SiteRoleSpec> = {
  site: true,
  role: true,
  epoch: true,
  mode: true,
  source: true,
  handover: true,
  proof: true,
  acceptPartial: true,
  acceptLoss: true,
  peerLost: true,
  discard: true,
  endServer: true,
  restore: true,
  snapshot: true,
};
const status: Names<SiteRoleStatus> = {
  site: true,
  observedGeneration: true,
  phase: true,
  reason: true,
  role: true,
  epoch: true,
  serving: true,
  dataVersion: true,
  server: true,
  replication: true,
  peers: true,
  handover: true,
  refusal: true,
  promotion: true,
  divergence: true,
  highestClaim: true,
  stoppedServingAt: true,
  snapshots: true,
  updatedAt: true,
};
const server: Names<ServerStatus> = {
  engine: true,
  version: true,
  runId: true,
  threads: true,
  usedMemoryBytes: true,
  maxMemoryBytes: true,
};
const replication: Names<ReplicationStatus> = {
  source: true,
  linkUp: true,
  syncInProgress: true,
  inSync: true,
  lagSeconds: true,
  position: true,
};
const peer: Names<PeerStatus> = {
  site: true,
  reachable: true,
  lastContactSeconds: true,
  role: true,
  epoch: true,
  serving: true,
  dataVersion: true,
  lagSeconds: true,
};
const promotion: Names<NonNullable<SiteRoleStatus["promotion"]>> = {
  epoch: true,
  mode: true,
  dataVersion: true,
  commandsSeen: true,
  lagSeconds: true,
  partial: true,
};
const divergence: Names<NonNullable<SiteRoleStatus["divergence"]>> = {
  epoch: true,
  writesUpperBound: true,
  dump: true,
};

function at(value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  const found = path.reduce<unknown>(
    (each, key) => (typeof each === "object" && each !== null ? (each as Record<string, unknown>)[key] : undefined),
    value,
  );
  assert.ok(typeof found === "object" && found !== null, path.join("."));
  return found as Readonly<Record<string, unknown>>;
}

describe("the kind SiteRole", () => {
  const cases: readonly (readonly [string, object, readonly string[]])[] = [
    ["spec", spec, ["spec"]],
    ["status", status, ["status"]],
    ["the server in it", server, ["status", "properties", "server"]],
    ["the replication in it", replication, ["status", "properties", "replication"]],
    ["a peer in it", peer, ["status", "properties", "peers", "items"]],
    ["the promotion in it", promotion, ["status", "properties", "promotion"]],
    ["the divergence in it", divergence, ["status", "properties", "divergence"]],
  ];
  for (const [what, names, path] of cases) {
    it(`has every field of ${what}: the API server drops what a schema does not name`, () => {
      assert.deepEqual(
        Object.keys(at(siteRoleSchema, "properties", ...path, "properties")).sort(),
        Object.keys(names).sort(),
      );
    });
  }

  it("refuses a falling epoch, a role without a higher epoch and another site", () => {
    const rules = at(siteRoleSchema, "properties", "spec")["x_kubernetes_validations"] as readonly { rule: string }[];
    for (const rule of [
      "self.epoch >= oldSelf.epoch",
      "self.role == oldSelf.role || self.epoch > oldSelf.epoch",
      "self.site == oldSelf.site",
    ]) {
      assert.ok(
        rules.some((each) => each.rule === rule),
        rule,
      );
    }
  });

  it("shows what an operator looks for", () =>
    assert.deepEqual(
      siteRoleColumns.filter(({ priority }) => priority === undefined).map(({ name }) => name),
      ["Role", "Epoch", "Phase", "Serving", "Lag"],
    ));
});
