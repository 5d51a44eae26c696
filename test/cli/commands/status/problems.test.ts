import assert from "node:assert/strict";
import { epoch, siteName } from "../../../../server/types";
import { failover } from "../../../../cli/commands/failover/run";
import { describeProblem, problemsOf } from "../../../../cli/commands/status/problems";
import { status } from "../../../../cli/commands/status/run";
import { switchover } from "../../../../cli/commands/switchover/run";
import { forcedPrimary, initialPrimary, replicaOf, takingOver, withHandover } from "../../../../cli/plan/specs";
import type { SiteView } from "../../../../cli/plan/view";
import { absent, DR, following, NOW, PRIMARY, pair, serving, unreachable, view } from "../../scene";
import { World } from "../../world/world";

const SITES = [PRIMARY, DR];
const said = (...views: readonly SiteView[]): string[] => problemsOf(views, SITES).map(describeProblem);
const stale = { updatedAt: new Date(NOW - 16_000).toISOString() };

describe("what status finds wrong", () => {
  it("is nothing while one primary serves, the replica follows and the link works both ways", () => {
    assert.deepEqual(said(...pair()), []);
  });

  it("is a guard that has not reported for 15 s, whatever it said last", () => {
    const [problem = ""] = said(...pair(stale));
    assert.match(
      problem,
      /^site primary: its guard reported last 16 s ago; its state is not known; see to its server pod/,
    );
  });

  it("is a link that works one way only", () => {
    const down = serving().peers.map((peer) => ({ ...peer, reachable: false, lastContactSeconds: 8 as never }));
    assert.deepEqual(said(...pair({ peers: down })), [
      "site primary: has not reached dr over the link for 8 s; " +
        "see to the gateways and the link's certificates (docs/link-certificates.md)",
    ]);
  });

  it("is a deleted object of the primary, and the remedy is a failover to it, not init", () => {
    const [a, b] = pair();
    assert.deepEqual(said(absent(PRIMARY), b), [
      "site primary: has no object; run dragonfly-dr failover --to primary, which the others follow",
    ]);
    assert.match(
      said(a, absent(DR))[0] ?? "",
      /run dragonfly-dr failover --to primary again, which makes it a replica/,
    );
    for (const line of said(absent(PRIMARY), absent(DR))) assert.match(line, /run dragonfly-dr init --primary SITE/);
    assert.deepEqual(said(absent(PRIMARY), unreachable(DR))[0], "site primary: has no object");
  });

  it("is a lost region, with the way on only where it was the primary's", () => {
    const [a, b] = pair();
    assert.match(said(unreachable(PRIMARY), b).join("\n"), /if the region is lost: dragonfly-dr failover --to dr/);
    assert.doesNotMatch(said(a, unreachable(DR)).join("\n"), /failover/);
  });

  it("is a handover that nobody carries on, with both ways to end it", () => {
    const spec = withHandover(initialPrimary(PRIMARY, epoch(1)), DR, epoch(2));
    const closed = serving({ serving: false, phase: "Prepared", reason: "closed for the handover to dr" });
    assert.deepEqual(said(view(spec, closed), view(replicaOf(DR, epoch(1), PRIMARY), following())), [
      "site primary: a switchover to dr at epoch 2 has begun and not ended; unless its command still runs: " +
        "run dragonfly-dr switchover --to dr, which goes on from here, " +
        "or dragonfly-dr switchover --to primary to take it back",
    ]);
    const taken = takingOver(DR, epoch(2), PRIMARY, null);
    const committed = said(view(spec, closed), view(taken, following({ epoch: 2, phase: "Promoting" })));
    assert.match(committed[0] ?? "", /run dragonfly-dr switchover --to dr, which goes on from here$/);
  });

  it("leads to the newest copy first where a primary came back with less", () => {
    const empty = {
      phase: "Refused",
      serving: false,
      dataVersion: null,
      epoch: 3,
      reason: "run failover --accept-partial",
    };
    const lost = view(forcedPrimary(PRIMARY, epoch(3), { acceptPartial: false, discard: [] }), serving(empty as never));
    const copy = view(replicaOf(DR, epoch(3), PRIMARY), following({ dataVersion: { epoch: 3, sequence: 70 } }));
    assert.match(said(lost, copy)[0] ?? "", /; run dragonfly-dr failover --to dr, which holds newer data \(3\/70\)$/);
    const west = siteName("west");
    const third = view(
      replicaOf(west, epoch(3), PRIMARY),
      following({ site: west, dataVersion: { epoch: 3, sequence: 90 } }),
    );
    assert.match(said(lost, copy, third)[0] ?? "", /failover --to west, which holds newer data \(3\/90\)$/);
  });

  it("is an old snapshot of the primary, and trouble in taking one", () => {
    const newest = {
      id: "20251231T000000Z-e1-3",
      site: PRIMARY,
      time: new Date(NOW - 90_000_000).toISOString(),
      bytes: 1,
      seconds: 1,
    };
    const snapshots = { site: PRIMARY, state: "denied", reason: "the key is wrong", busy: false, newest, count: 1 };
    const lines = said(...pair({ snapshots: snapshots as never }));
    assert.match(lines.join("\n"), /site primary: snapshots: denied: the key is wrong/);
    assert.match(lines.join("\n"), /its newest snapshot .* is of 25 h ago; run dragonfly-dr snapshot --site primary/);
  });
});

describe("the remedies of status, followed", () => {
  const common = { dryRun: false, timeout: 15_000 as never };
  const failing = { ...common, acceptPartial: false, discard: [], yes: false, force: false, epochAtLeast: null };
  const moving = { ...common, maxLag: 5 as never, wait: true, waitTimeout: 60_000 as never };
  const problems = async (world: World): Promise<string> => {
    const options = { cached: true, watch: false, every: 1_000 as never };
    const result = await world.drive(status(options, world.context()));
    return (result?.json as { problems: string[] }).problems.join("\n");
  };
  const settled = (world: World): void => {
    for (let i = 0; i < 5; i++) world.tick();
  };

  it("bring a deleted object of the primary back without losing a write", async () => {
    const world = World.introduced();
    world.cluster(PRIMARY).remove();
    assert.match(await problems(world), /run dragonfly-dr failover --to primary,/);
    const result = await world.drive(failover({ ...failing, to: PRIMARY }, world.context()));
    assert.equal(result?.code, 0, result?.text);
    settled(world);
    assert.equal(await problems(world), "");
    assert.deepEqual([world.openSites(), world.lost(PRIMARY)], [[PRIMARY], []]);
  });

  for (const [to, way] of [
    [DR, "forward"],
    [PRIMARY, "back"],
  ] as const) {
    it(`end a handover that was left behind (${way})`, async () => {
      const world = World.introduced();
      const { spec } = world.cluster(PRIMARY);
      assert.ok(spec);
      world.cluster(PRIMARY).put(withHandover(spec, DR, epoch(2)));
      settled(world);
      assert.match(await problems(world), new RegExp(`dragonfly-dr switchover --to ${to}`));
      const result = await world.drive(switchover({ ...moving, to }, world.context()));
      assert.equal(result?.code, 0, result?.text);
      settled(world);
      assert.equal(await problems(world), "");
      assert.deepEqual([world.openSites(), world.lost(to)], [[to], []]);
    });
  }
});
