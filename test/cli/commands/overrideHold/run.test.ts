import assert from "node:assert/strict";
import { overrideHold } from "../../../../cli/commands/overrideHold/run";
import { epoch } from "../../../../server/types";
import { DR, PRIMARY, World } from "../../world/world";

const serve = { discard: [], timeout: 5_000 as never, dryRun: false };

describe("serve and peer-lost", () => {
  function holding(): World {
    const world = World.introduced();
    const guard = world.guard(PRIMARY);
    const step = guard.step.bind(guard);
    guard.open = false;
    guard.report();
    guard.step = () => {
      const spec = world.cluster(PRIMARY).spec;
      if (spec?.acceptLoss !== undefined || spec?.peerLost !== undefined) step();
      else guard.report();
    };
    return world;
  }

  it("writes the allowance at the same epoch and waits until the site serves", async () => {
    for (const [command, allowance] of [
      ["serve", "acceptLoss"],
      ["peer-lost", "peerLost"],
    ] as const) {
      const world = holding();
      const result = await world.drive(overrideHold(command, allowance, { ...serve, site: PRIMARY }, world.context()));
      assert.equal(result?.code, 0);
      assert.deepEqual(world.cluster(PRIMARY).spec, {
        site: PRIMARY,
        role: "primary",
        epoch: 1,
        mode: "initial",
        [allowance]: { runId: "r", dataVersion: { epoch: 1, sequence: 3 } },
      });
      assert.deepEqual(world.openSites(), [PRIMARY]);
    }
  });

  it("refuses a replica, a site that serves, and one that another outranks", async () => {
    const world = World.introduced();
    await assert.rejects(
      world.drive(overrideHold("serve", "acceptLoss", { ...serve, site: DR }, world.context())),
      /site dr: is a replica \(epoch 1\); use failover --to dr/,
    );
    await assert.rejects(
      world.drive(overrideHold("serve", "acceptLoss", { ...serve, site: PRIMARY }, world.context())),
      /site primary: serves already/,
    );
    world.cluster(DR).put({ site: DR, role: "primary", epoch: epoch(2), mode: "forced" });
    await assert.rejects(
      world.drive(overrideHold("serve", "acceptLoss", { ...serve, site: PRIMARY }, world.context())),
      /site dr is primary at epoch 2/,
    );
  });
});
