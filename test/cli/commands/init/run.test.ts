import assert from "node:assert/strict";
import type { InitOptions } from "../../../../cli/commands/init/command";
import { init } from "../../../../cli/commands/init/run";
import { CommandFailure } from "../../../../cli/failure";
import { epoch } from "../../../../server/types";
import { initialPrimary, replicaOf } from "../../../../cli/plan/specs";
import { DR, PRIMARY, World } from "../../world/world";

const options: InitOptions = {
  primary: PRIMARY,
  timeout: 15_000 as never,
  wait: true,
  waitTimeout: 60_000 as never,
  dryRun: false,
};
const guards = { engine: "redis", proof: "required" } as const;
const failure = async (work: Promise<unknown>): Promise<CommandFailure> => {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  assert.ok(error instanceof CommandFailure, String(error));
  return error;
};

describe("init", () => {
  it("makes the replicas' objects first, the primary's last, and waits for both to be well", async () => {
    const world = new World(guards);
    let order = "";
    for (const site of [PRIMARY, DR]) {
      const put = world.cluster(site).put.bind(world.cluster(site));
      world.cluster(site).put = (spec) => ((order += `${site} `), put(spec));
    }
    const result = await world.drive(init(options, world.context()));
    assert.equal(result?.code, 0);
    assert.equal(order, "dr primary ");
    assert.deepEqual(world.cluster(PRIMARY).spec, initialPrimary(PRIMARY, epoch(1)));
    assert.deepEqual(world.cluster(DR).spec, replicaOf(DR, epoch(1), PRIMARY));
    assert.deepEqual(world.openSites(), [PRIMARY]);
  });

  it("refuses sites that were introduced, naming each object and its epoch", async () => {
    const world = World.introduced(guards);
    const error = await failure(world.drive(init(options, world.context())));
    assert.equal(error.code, 1);
    assert.equal(error.problems.length, 2);
    assert.match(
      error.problems[0] ?? "",
      /^site primary: object siterole\/primary in namespace cache exists \(primary at epoch 1\)/,
    );
  });

  it("refuses a rebuilt region beside a standing one", async () => {
    const world = World.introduced(guards);
    world.cluster(PRIMARY).remove();
    const error = await failure(world.drive(init(options, world.context())));
    assert.deepEqual(error.problems.length, 1);
    assert.equal(world.cluster(PRIMARY).object, null);
  });

  it("reports everything that is missing at once", async () => {
    const world = new World(guards);
    world.cluster(PRIMARY).lacks = ["its namespace cache does not exist; run pulumi up of its stack"];
    world.cluster(DR).reachable = false;
    const lonely = world.entries.map((e) => (e.site === DR ? { ...e, peers: [] } : e));
    const error = await failure(world.drive(init(options, world.context({ sites: lonely }))));
    assert.deepEqual(error.problems, [
      "site dr: does not have primary among its peers; add it to peers and run pulumi up",
      "site primary: its namespace cache does not exist; run pulumi up of its stack",
      "site dr: https://dr.example:6443 does not answer (ECONNREFUSED)",
    ]);
  });

  it("needs every peer in the site file", async () => {
    const world = new World(guards);
    const error = await failure(world.drive(init(options, world.context({ sites: world.entries.slice(0, 1) }))));
    assert.deepEqual(error.problems, [
      "site primary: its peer dr is not in the site file; deploy its stack (pulumi up -s dr) and run init again",
    ]);
  });

  it("resumes its own half-done run wherever it was killed", async () => {
    for (let killAt = 0; killAt < 40; killAt++) {
      const world = new World(guards);
      const killed = await world.drive(init(options, world.context()), Array<number>(40).fill(0), killAt);
      if (killed !== null) break;
      const result = await world.drive(init(options, world.context()));
      assert.equal(result?.code, 0, `killed at ${killAt}`);
      assert.deepEqual(world.openSites(), [PRIMARY]);
    }
  });

  it("is unfinished while the primary does not serve", async () => {
    const world = new World(guards);
    world.guard(PRIMARY).step = () => undefined;
    const result = await world.drive(init(options, world.context()));
    assert.equal(result?.code, 3);
    assert.match(result?.text ?? "", /site primary: does not serve yet \(its guard has never reported/);
  });

  it("changes nothing in a dry run", async () => {
    const world = new World(guards);
    const result = await world.drive(init({ ...options, dryRun: true }, world.context()));
    assert.match(
      result?.text ?? "",
      /1\. siterole\/dr: replica of primary at epoch 1\n {2}2\. siterole\/primary: primary at epoch 1/,
    );
    assert.deepEqual(
      [world.cluster(PRIMARY).object, world.cluster(DR).object, world.cluster(DR).lease],
      [null, null, null],
    );
  });
});
