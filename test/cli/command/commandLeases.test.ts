import assert from "node:assert/strict";
import { decideLease } from "../../../cli/plan/lease";
import { CommandLeases } from "../../../cli/command/commandLeases";
import type { Milliseconds } from "../../../server/types";
import { MemoryCluster, MemoryLease } from "../world/memoryCluster";
import { VirtualClock } from "../world/virtualClock";
import { DR, PRIMARY } from "../scene";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a command's lease", () => {
  let clock: VirtualClock;
  let clusters: [MemoryCluster, MemoryCluster];
  const leases = (holder: string, gone: string | null = null): CommandLeases =>
    new CommandLeases(
      clusters.map((c) => new MemoryLease(c)),
      clock,
      holder,
      (h) => h === gone,
      () => 1_000 as Milliseconds,
    );
  const pass = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      clock.pass(1_000);
      await settle();
    }
  };
  beforeEach(() => {
    clock = new VirtualClock();
    // A cluster's clock may be far from this machine's.
    clusters = [new MemoryCluster(PRIMARY, () => clock.now()), new MemoryCluster(DR, () => clock.now() - 3_600_000)];
  });

  it("is held in every cluster for as long as the command runs, and refused to a second one by name", async () => {
    const first = leases("ann");
    assert.deepEqual(await first.take("refuse"), []);
    await pass(60);
    assert.equal(first.isOurs(), true);
    const refusals = await leases("bob").take("refuse");
    assert.equal(refusals.length, 2);
    assert.match(
      refusals[1] ?? "",
      /^site dr: ann is at work with dragonfly-dr \(lease dragonfly-dr-command, \d+ s left\); wait for it to end$/,
    );
    await first.release();
    assert.deepEqual(await leases("bob").take("refuse"), []);
  });

  it("passes on when its holder is known to have ended, has not renewed for 15 s, or is overridden", async () => {
    await leases("ann").take("refuse");
    assert.deepEqual(await leases("bob", "ann").take("refuse"), []);
    assert.equal((await leases("cat").take("refuse")).length, 2);
    assert.deepEqual(await leases("cat").take("override"), []);
    const record = { holder: "x", renewed: 1_000, seconds: 15 };
    assert.equal(decideLease(record, 15_999, () => false).kind, "held");
    assert.equal(decideLease(record, 16_000, () => false).kind, "free");
  });

  it("is lost when somebody overrides it", async () => {
    const first = leases("ann");
    await first.take("refuse");
    await leases("bob").take("override");
    await pass(6);
    assert.equal(first.isOurs(), false);
  });

  it("is not ours after a sleep, until asked for again", async () => {
    const first = leases("ann");
    await first.take("refuse");
    clock.pass(20_000);
    assert.equal(first.isOurs(), false);
    await pass(6);
    assert.equal(first.isOurs(), true);
  });

  it("passes over clusters that do not answer", async () => {
    for (const cluster of clusters) cluster.reachable = false;
    const first = leases("ann");
    assert.deepEqual(await first.take("refuse"), []);
    await pass(60);
    assert.equal(first.isOurs(), true);
  });
});
