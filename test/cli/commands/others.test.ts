import assert from "node:assert/strict";
import { overrideHold } from "../../../cli/commands/overrideHold/run";
import { status } from "../../../cli/commands/status/run";
import { epoch } from "../../../server/types";
import { DR, PRIMARY, World } from "../world/world";

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

describe("status", () => {
  it("is well when one primary serves and the replica is in sync", async () => {
    const world = World.introduced();
    const result = await world.drive(status({ cached: true }, world.context()));
    assert.equal(result?.code, 0);
    assert.match(result?.text ?? "", /primary +primary +1 +Serving +yes/);
    assert.match(
      result?.text ?? "",
      /dr +replica +1 +Following +no +0\.1 s +yes +1\/\d+ +redis 7\.0\.15 +1\.0 MiB of 9\.5 MiB +primary reachable +0 s/,
    );
  });

  it("shows a cluster that does not answer as a row, and is not well", async () => {
    const world = World.introduced();
    world.cluster(DR).reachable = false;
    const result = await world.drive(status({ cached: true }, world.context()));
    assert.equal(result?.code, 1);
    assert.match(result?.text ?? "", /^dr +unreachable +-/m);
    assert.match(result?.text ?? "", /! site dr: https:\/\/dr\.example:6443 does not answer/);
  });

  it("names each thing that is wrong", async () => {
    const world = World.introduced();
    world.cluster(DR).put({ site: DR, role: "primary", epoch: epoch(2), mode: "forced" });
    world.clock.pass(60_000);
    world.guard(PRIMARY).report();
    const result = await world.drive(status({ cached: true }, world.context()));
    const { problems } = result?.json as { problems: string[] };
    assert.deepEqual(problems.length, 2);
    assert.match(
      problems[0] ?? "",
      /^site primary: its object still says primary at epoch 1, below dr's; run failover --to dr again/,
    );
    assert.match(problems[1] ?? "", /^site dr: its guard reported last 60 s ago/);
  });
});
