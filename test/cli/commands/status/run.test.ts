import assert from "node:assert/strict";
import { status } from "../../../../cli/commands/status/run";
import { epoch } from "../../../../server/types";
import { DR, PRIMARY, World } from "../../world/world";

describe("status", () => {
  it("is well when one primary serves and the replica is in sync", async () => {
    const world = World.introduced();
    const result = await world.drive(status({ cached: true, watch: false, every: 2_000 as never }, world.context()));
    assert.equal(result?.code, 0);
    assert.match(result?.text ?? "", /primary +primary +1 +Serving +yes/);
    assert.match(result?.text ?? "", /dr +replica +1 +Following +no +0\.1 s +yes +1\/\d+ +redis 7\.0\.15 /);
    assert.match(result?.text ?? "", / redis 7\.0\.15 +1\.0 MiB of 9\.5 MiB +primary reachable +0 s/);
  });

  it("shows a cluster that does not answer as a row, and is not well", async () => {
    const world = World.introduced();
    world.cluster(DR).reachable = false;
    const result = await world.drive(status({ cached: true, watch: false, every: 2_000 as never }, world.context()));
    assert.equal(result?.code, 1);
    assert.match(result?.text ?? "", /^dr +unreachable +-/m);
    assert.match(result?.text ?? "", /! site dr: https:\/\/dr\.example:6443 does not answer/);
  });

  it("names each thing that is wrong", async () => {
    const world = World.introduced();
    world.cluster(DR).put({ site: DR, role: "primary", epoch: epoch(2), mode: "forced" });
    world.clock.pass(60_000);
    world.guard(PRIMARY).report();
    const result = await world.drive(status({ cached: true, watch: false, every: 2_000 as never }, world.context()));
    const { problems } = result?.json as { problems: string[] };
    assert.deepEqual(problems.length, 2);
    assert.match(problems[0] ?? "", /^site primary: its object is still primary at epoch 1, below dr's 2$/);
    assert.match(problems[1] ?? "", /^site dr: its guard reported last 60 s ago/);
  });
});
