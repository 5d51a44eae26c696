import assert from "node:assert/strict";
import { NotUnderstood, parse } from "../../contract/parse";
import { guardReport } from "../../contract/guardReport";
import { parseHeartbeat } from "../../contract/heartbeat";
import { parseSiteRole, SITE_ROLE } from "../../contract/siteRole";
import { snapshotsReport } from "../../contract/snapshotsReport";

const role = (spec: object, changes: object = {}): object => ({
  apiVersion: SITE_ROLE.apiVersion,
  kind: SITE_ROLE.kind,
  metadata: { name: "dr", namespace: "cache", generation: 3, uid: "u", managedFields: [] },
  spec,
  ...changes,
});
const replica = { site: "dr", role: "replica", epoch: 4, source: "primary" };
/** What a guard of the first version sent, reduced to what no later version may leave out. */
const least = { site: "dr", phase: "Following", serving: false };

describe("a SiteRole from the API server", () => {
  it("is read as it was written, with fields that are not known", () => {
    const object = role({ ...replica, newer: 1 }, { status: { ...least, epoch: 4, later: true } });
    const read = parseSiteRole(object, "role");
    assert.deepEqual(read.spec, { ...replica, newer: 1 });
    assert.equal(read.status?.epoch, 4);
    assert.equal((read.status as object as { later: boolean }).later, true);
  });

  const refused: [string, object, RegExp][] = [
    [
      "another version of the kind",
      role(replica, { apiVersion: "dragonfly-dr.io/v2" }),
      /apiVersion: is "dragonfly-dr/,
    ],
    ["another kind", role(replica, { kind: "Pod" }), /kind: is "Pod"/],
    ["an unknown role", role({ ...replica, role: "witness" }), /spec\.role: is "witness", not known to this version/],
    ["an unknown mode", role({ ...replica, mode: "teleport" }), /spec\.mode: is "teleport", not known to this version/],
    ["no epoch", role({ site: "dr", role: "replica" }), /spec\.epoch: is missing/],
    ["epoch 0", role({ ...replica, epoch: 0 }), /spec\.epoch: is 0, not a whole number of at least 1/],
    ["a handover to nobody", role({ ...replica, handover: { epoch: 5 } }), /spec\.handover\.to: is missing/],
  ];
  for (const [name, object, problem] of refused) {
    it(`is refused by name: ${name}`, () => {
      assert.throws(
        () => parseSiteRole(object, "role"),
        (error) => error instanceof NotUnderstood && problem.test(error.message),
      );
    });
  }

  it("holds a word of the first version for whatever came as void", () => {
    assert.equal(parseSiteRole(role({ ...replica, acceptLoss: true }), "role").spec.acceptLoss, undefined);
    assert.throws(() => parseSiteRole(role({ ...replica, acceptLoss: {} }), "role"), /acceptLoss\.runId: is missing/);
  });

  it("has no status where the status is not understood: its role counts all the same", () => {
    const read = parseSiteRole(role(replica, { status: { serving: "maybe" } }), "role");
    assert.equal(read.status, undefined);
    assert.equal(read.spec.role, "replica");
  });
});

describe("a status of another version", () => {
  it("of an older guard has a value for each field that it did not know", () => {
    const { status } = parseSiteRole(role(replica, { status: least }), "role");
    assert.deepEqual(status, {
      ...least,
      observedGeneration: 0,
      reason: "",
      role: null,
      epoch: 0,
      dataVersion: null,
      server: null,
      replication: null,
      peers: [],
      updatedAt: "",
    });
  });

  it("of a newer guard keeps words that are only shown, and takes the safe meaning of words that decide", () => {
    const newer = {
      ...least,
      phase: "Meditating",
      refusal: { epoch: 5, reason: "r", outcome: "postponed" },
      promotion: { epoch: 4, mode: "teleport" },
      server: { engine: "kvrocks", version: "9", runId: "x" },
    };
    const { status } = parseSiteRole(role(replica, { status: newer }), "role");
    assert.equal(status?.phase, "Meditating");
    assert.equal(status.server?.engine, "kvrocks");
    assert.equal(status.refusal?.outcome, "unknown");
    assert.equal(status.promotion?.mode, "forced");
  });
});

describe("a guard's report", () => {
  const report = { ...least, now: 7, specEpoch: 4, specRole: "replica" };

  it("of an older guard has no heartbeat and no process of the promotion", () => {
    const read = parse(guardReport, report, "x");
    assert.deepEqual([read.heartbeat, read.promotionRunId, read.specEpoch], [null, null, 4]);
  });

  it("counts a role that is not known as a replica: its epoch still fences", () => {
    const read = parse(guardReport, { ...report, specRole: "witness", specEpoch: 9 }, "x");
    assert.deepEqual([read.specRole, read.specEpoch], ["replica", 9]);
  });

  for (const broken of [
    {},
    { ...report, serving: undefined },
    { ...report, specEpoch: "4" },
    { ...report, now: "x" },
  ]) {
    it(`is no report: ${JSON.stringify(broken)}`, () => {
      assert.throws(() => parse(guardReport, broken, "x"), NotUnderstood);
    });
  }
});

describe("the snapshots' report", () => {
  it("of another version is read, its unknown words kept", () => {
    const drill = { version: 2, site: "dr", time: "2026-01-01T00:00:00Z", outcome: "skipped" };
    const read = parse(snapshotsReport, { site: "dr", state: "quota", drill }, "x");
    assert.deepEqual([read.state, read.drill?.outcome, read.busy], ["quota", "skipped", false]);
  });
});

describe("a heartbeat", () => {
  const beat = { epoch: 1, sequence: 2, site: "dr", time: 3.5, commands: 4, runId: "r", history: [], sealed: false };

  it("is read, an older one without counter too", () => {
    assert.deepEqual(parseHeartbeat(JSON.stringify(beat)), beat);
    assert.deepEqual(parseHeartbeat('{"epoch":1,"sequence":2,"site":"dr","time":3}')?.commands, 0);
  });

  it("is none where the key holds something else", () => {
    for (const other of [null, undefined, 7, "", "{", "[]", "null", JSON.stringify({ ...beat, epoch: "1" })])
      assert.equal(parseHeartbeat(other), null, String(other));
  });
});
