import assert from "node:assert/strict";
import type { SiteRoleStatus } from "../../../../contract/siteRole";
import { decideSwitchover } from "../../../../cli/commands/switchover/plan";
import {
  forcedPrimary,
  initialPrimary,
  replicaOf,
  resumed,
  takingOver,
  withHandover,
} from "../../../../cli/plan/specs";
import { bytes, epoch, seconds } from "../../../../server/types";
import { absent, DR, following, NOW, pair, PRIMARY, serving, unreachable, view } from "../../scene";

const lag = seconds(5);
const reasons = (...args: Parameters<typeof decideSwitchover>): readonly string[] => {
  const verdict = decideSwitchover(...args);
  assert.equal(verdict.kind, "refuse");
  return verdict.kind === "refuse" ? verdict.reasons : [];
};
const server = (changes: object): Partial<SiteRoleStatus> => {
  const base = following().server;
  assert.ok(base !== null);
  return { server: { ...base, ...changes } };
};
const replication = (changes: object): Partial<SiteRoleStatus> => {
  const base = following().replication;
  assert.ok(base !== null);
  return { replication: { ...base, ...changes } };
};

describe("the judgement of a switchover", () => {
  it("goes from the primary's epoch to one above every epoch seen", () => {
    const verdict = decideSwitchover(pair(), DR, lag);
    assert.deepEqual(verdict, {
      kind: "proceed",
      plan: { from: PRIMARY, to: DR, fromEpoch: 1, epoch: 2, rollBackEpoch: 3, engine: "dragonfly" },
      lagSeconds: 0.2,
      resumed: false,
    });
    const [a, b] = pair({ handover: { epoch: 4, position: null } });
    const later = decideSwitchover([a, b], DR, lag);
    assert.equal(later.kind === "proceed" && later.plan.epoch, 6);
  });

  const table: [string, Partial<SiteRoleStatus>, Partial<SiteRoleStatus>, RegExp][] = [
    [
      "a stale primary",
      { updatedAt: new Date(NOW - 16_000).toISOString() },
      {},
      /^site primary: its guard reported last 16 s ago, more than 15 s/,
    ],
    [
      "a stale target",
      {},
      { updatedAt: new Date(NOW - 20_000).toISOString() },
      /^site dr: its guard reported last 20 s ago/,
    ],
    [
      "a primary that does not serve",
      { serving: false, phase: "Holding", reason: "why" },
      {},
      /^site primary: is primary and does not serve \(Holding: why\)/,
    ],
    ["a phase other than Following", {}, { phase: "Syncing" }, /^site dr: its phase is Syncing, not Following/],
    ["a copy that is not in sync", {}, replication({ inSync: false }), /^site dr: is not in sync; wait/],
    ["lag over the limit", {}, replication({ lagSeconds: 5.1 }), /^site dr: is 5\.1 s behind, more than --max-lag 5;/],
    ["unknown lag", {}, replication({ lagSeconds: null }), /^site dr: its lag is not known/],
    [
      "the link down one way",
      { peers: serving().peers.map((p) => ({ ...p, reachable: false })) },
      {},
      /^site primary: cannot reach dr over the link/,
    ],
    [
      "the link down the other way",
      {},
      { peers: following().peers.map((p) => ({ ...p, reachable: false })) },
      /^site dr: cannot reach primary over the link/,
    ],
    ["a peer that is not configured", {}, { peers: [] }, /^site dr: does not know primary as a peer/],
    ["another engine", {}, server({ engine: "redis" }), /^site dr: runs redis, primary runs dragonfly/],
    ["another number of threads", {}, server({ threads: 2 }), /^site dr: its server has 2 threads, primary's has 4/],
    [
      "less memory",
      {},
      server({ maxMemoryBytes: bytes(1 << 29) }),
      /^site dr: its memory limit \(536870912 bytes\) is below primary's \(1073741824 bytes\)/,
    ],
    ["less memory than no limit", server({ maxMemoryBytes: bytes(0) }), {}, /is below primary's \(none\)/],
    ["a server that does not answer", {}, { server: null }, /^site dr: its server does not answer the guard/],
  ];
  for (const [name, a, b, message] of table) {
    it(`refuses ${name}`, () => {
      const found = reasons(pair(a, b), DR, lag);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", message);
    });
  }

  it("says what may pass by itself: a server that was too busy to answer, and not one that is held back", () => {
    for (const [phase, transient] of [
      ["Starting", true],
      ["Holding", undefined],
    ] as const) {
      const verdict = decideSwitchover(pair({ serving: false, phase, reason: "why" }), DR, lag);
      assert.deepEqual(verdict.kind === "refuse" && verdict.transient, transient, phase);
    }
  });

  it("allows a target without a memory limit, and any threads on Redis", () => {
    assert.equal(decideSwitchover(pair({}, server({ maxMemoryBytes: bytes(0) })), DR, lag).kind, "proceed");
    assert.equal(
      decideSwitchover(pair(server({ engine: "redis", threads: 1 }), server({ engine: "redis", threads: 2 })), DR, lag)
        .kind,
      "proceed",
    );
  });

  it("gives every reason at once", () => {
    const found = reasons(
      pair(
        { updatedAt: new Date(0).toISOString() },
        { phase: "Syncing", ...replication({ inSync: false, lagSeconds: 60 }), peers: [] },
      ),
      DR,
      lag,
    );
    assert.equal(found.length, 5, found.join("\n"));
  });

  it("refuses what cannot be read, has no object, or is the primary already", () => {
    const [a, b] = pair();
    assert.deepEqual(reasons([unreachable(PRIMARY), b], DR, lag), [
      "site primary: https://primary.example does not answer (ETIMEDOUT); a switchover needs both sites (if it " +
        "is lost: failover)",
    ]);
    assert.match(reasons([a, absent(DR)], DR, lag).join(), /^site dr: has no object; run failback --to dr/);
    assert.deepEqual(reasons([a, b], PRIMARY, lag), ["site primary: is the primary already (epoch 1)"]);
    assert.match(reasons([b], DR, lag).join(), /no site's object says primary/);
  });

  it("refuses a target that is not this primary's replica", () => {
    const behind = view(initialPrimary(PRIMARY, epoch(1)), serving({ phase: "Fenced", serving: false }));
    const forced = view(
      forcedPrimary(DR, epoch(2), { acceptPartial: false, discard: [] }),
      following({ serving: true, epoch: 2, phase: "Serving", replication: null }),
    );
    assert.match(
      reasons([behind, forced], PRIMARY, lag)[0] ?? "",
      /^site primary: its object still says primary at epoch 1; run failback --to primary/,
    );
  });

  describe("on the way already", () => {
    const prepared = view(
      withHandover(initialPrimary(PRIMARY, epoch(1)), DR, epoch(2)),
      serving({ serving: false, phase: "Prepared" }),
    );
    const [, replica] = pair();
    const committed = view(takingOver(DR, epoch(2), PRIMARY, null), following());
    const plan = { from: PRIMARY, to: DR, fromEpoch: 1, epoch: 2, rollBackEpoch: 3, engine: "dragonfly" };

    it("goes on with a prepared handover to the same site, whatever the lag by now", () => {
      const late = view(replica.object.spec, following(replication({ lagSeconds: 60, inSync: false })));
      assert.deepEqual(decideSwitchover([prepared, late], DR, lag), {
        kind: "proceed",
        plan,
        lagSeconds: null,
        resumed: true,
      });
    });

    it("takes a prepared handover back for its own primary, and refuses another site's", () => {
      assert.deepEqual(decideSwitchover([prepared, replica], PRIMARY, lag), { kind: "withdraw", plan });
      const third = view(
        replicaOf("west" as never, epoch(1), PRIMARY),
        following({ site: "west" as never, peers: serving().peers.map((p) => ({ ...p, site: PRIMARY })) }),
      );
      assert.match(
        reasons([prepared, replica, third], "west" as never, lag).join("\n"),
        new RegExp(
          "^site primary: a handover to dr is pending; " +
            "finish it with switchover --to dr, or take it back with switchover --to primary$",
          "m",
        ),
      );
    });

    it("goes on with one that is committed, or rolled back by half", () => {
      assert.deepEqual(decideSwitchover([prepared, committed], DR, lag), {
        kind: "proceed",
        plan,
        lagSeconds: null,
        resumed: true,
      });
      const back = view(resumed(PRIMARY, epoch(3), "unknown"), serving());
      assert.deepEqual(decideSwitchover([back, committed], DR, lag), {
        kind: "proceed",
        plan,
        lagSeconds: null,
        resumed: true,
      });
    });

    it("goes on with one that is done but was never seen to its end, and only then", () => {
      const done = [view(replicaOf(PRIMARY, epoch(2), DR), serving()), committed];
      const mine = decideSwitchover(done, DR, lag);
      assert.equal(mine.kind, "refuse");
      assert.equal(decideSwitchover(done, DR, lag, plan as never).kind, "proceed");
    });
  });
});
