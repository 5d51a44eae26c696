import assert from "node:assert/strict";
import type { FailbackOptions } from "../../../../cli/commands/failback/command";
import { failback } from "../../../../cli/commands/failback/run";
import { failover } from "../../../../cli/commands/failover/run";
import { CommandFailure } from "../../../../cli/failure";
import type { Receipt } from "../../../../cli/output/receipt";
import { DR, PRIMARY, World } from "../../world/world";

const options: FailbackOptions = {
  to: PRIMARY,
  maxLag: 5 as never,
  timeout: 15_000 as never,
  catchUp: 60_000 as never,
  wait: true,
  waitTimeout: 60_000 as never,
  dryRun: false,
};

/** After a failover to dr during which primary could not be reached; it is back and closed. */
async function failedOver(): Promise<World> {
  const world = World.introduced();
  world.cluster(PRIMARY).reachable = false;
  world.guard(PRIMARY).linkUp = false;
  await world.drive(
    failover(
      {
        to: DR,
        acceptPartial: false,
        epochAtLeast: null,
        discard: [],
        yes: true,
        force: false,
        timeout: 15_000 as never,
        dryRun: false,
      },
      world.context(),
    ),
  );
  world.mend();
  // What the old primary took while it was cut off is kept in a dump and then replaced.
  world.acknowledged.clear();
  for (const id of world.guard(DR).data) world.acknowledged.add(id);
  for (let i = 0; i < 3; i++) world.tick();
  // Both took writes during the cut: that is what a failover accepts.
  world.violations.length = 0;
  world.guard(PRIMARY).data = new Set(world.guard(DR).data);
  return world;
}

describe("failback", () => {
  it("makes the former primary follow, waits, then moves the primary without loss", async () => {
    const world = await failedOver();
    assert.equal(world.cluster(PRIMARY).spec?.role, "primary");
    const result = await world.drive(failback(options, world.context()));
    const receipt = result?.json as Receipt;
    assert.equal(result?.code, 0, result?.text);
    assert.deepEqual(
      [receipt.command, receipt.from, receipt.to, receipt.loss],
      ["failback", DR, PRIMARY, { proven: 0 }],
    );
    assert.deepEqual(world.openSites(), [PRIMARY]);
    assert.deepEqual(world.lost(PRIMARY), []);
    assert.deepEqual([world.cluster(PRIMARY).spec?.epoch, world.cluster(DR).spec?.role], [3, "replica"]);
  });

  it("makes an object for a site that was built anew", async () => {
    const world = await failedOver();
    world.cluster(PRIMARY).remove();
    const result = await world.drive(failback(options, world.context()));
    assert.equal(result?.code, 0, result?.text);
    assert.deepEqual(world.openSites(), [PRIMARY]);
  });

  it("ends unfinished when the site does not catch up, the other one still serving", async () => {
    const world = await failedOver();
    world.guard(PRIMARY).step = () => undefined;
    const result = await world.drive(failback(options, world.context()));
    assert.equal(result?.code, 3);
    assert.deepEqual(world.openSites(), [DR]);
    assert.match((result?.json as Receipt).nextStep ?? "", /failback --to primary again/);
  });

  it("lets a moment's lag pass once the site has caught up", async () => {
    const world = await failedOver();
    world.guard(PRIMARY).lagSeconds = 9;
    void world.clock.after(6_000 as never).then(() => (world.guard(PRIMARY).lagSeconds = 0.1));
    const result = await world.drive(failback(options, world.context()));
    assert.equal(result?.code, 0, result?.text);
    assert.deepEqual(world.openSites(), [PRIMARY]);
  });

  it("goes on wherever it was killed", async () => {
    for (let killAt = 0; killAt < 200; killAt += 7) {
      const world = await failedOver();
      const mixed = Array.from({ length: 200 }, (_, i) => [0, 5, 7, 9, 10 + 16][i % 5] ?? 0);
      await world.drive(failback(options, world.context()), mixed, killAt);
      const result = await world.drive(failback(options, world.context())).catch((e: unknown) => {
        assert.ok(e instanceof CommandFailure && /is the primary already/.test(e.message), String(e));
        return null;
      });
      assert.ok(result === null || result?.code === 0, `killed at ${killAt}: ${result?.text}`);
      assert.deepEqual(world.openSites(), [PRIMARY]);
      assert.deepEqual(world.violations, []);
    }
  });

  it("refuses while nothing serves that could be followed", async () => {
    const world = World.introduced();
    const closed = world.guard(PRIMARY);
    closed.open = false;
    closed.report();
    closed.step = () => undefined;
    await assert.rejects(
      world.drive(failback({ ...options, to: DR }, world.context())),
      /site primary: is primary and does not serve/,
    );
  });
});
