import assert from "node:assert/strict";
import fc from "fast-check";
import type { FailoverOptions } from "../../../../cli/commands/failover/command";
import { failover } from "../../../../cli/commands/failover/run";
import { CommandFailure } from "../../../../cli/failure";
import type { Receipt } from "../../../../cli/output/receipt";
import { replicaOf } from "../../../../cli/plan/specs";
import type { Result } from "../../../../cli/command/result";
import { epoch } from "../../../../server/types";
import { DR, PRIMARY, World } from "../../world/world";

const options: FailoverOptions = {
  to: DR,
  acceptPartial: false,
  epochAtLeast: null,
  discard: [],
  yes: false,
  force: false,
  timeout: 15_000 as never,
  dryRun: false,
};
const receiptOf = (result: Result | null): Receipt => {
  assert.ok(result !== null);
  return result.json as Receipt;
};
const failure = async (work: Promise<unknown>): Promise<CommandFailure> => {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  assert.ok(error instanceof CommandFailure, String(error));
  return error;
};

/** The primary's region is gone: its API server, its server, the link. */
function loseRegion(world: World): void {
  world.cluster(PRIMARY).reachable = false;
  world.guard(PRIMARY).linkUp = false;
  for (let i = 0; i < 3; i++) {
    world.guard(DR).step();
    world.clock.pass(1_000);
  }
}

describe("failover", () => {
  it("promotes a site whose peer's region is gone, and says who has to fence itself", async () => {
    const world = World.introduced();
    loseRegion(world);
    const result = await world.drive(failover(options, world.context()));
    const receipt = receiptOf(result);
    assert.equal(result?.code, 0);
    assert.ok(world.guard(DR).open);
    assert.deepEqual(world.cluster(DR).spec, { site: DR, role: "primary", epoch: 2, mode: "forced" });
    assert.deepEqual(receipt.fenced, { written: [], notReached: [PRIMARY] });
    assert.deepEqual(receipt.loss, { proven: null, upperBoundSeconds: 0.4, upperBoundWrites: null });
    assert.match(world.notes.join("\n"), /expected loss: writes that primary acknowledged in the last \d+\.\d s/);
    // Back again, the old primary closes when it learns of the epoch.
    world.mend();
    for (let i = 0; i < 3; i++) world.tick();
    assert.deepEqual(world.openSites(), [DR]);
    // Run again, the command writes what it could not reach.
    const again = await world.drive(failover(options, world.context()));
    assert.equal(again?.code, 0);
    assert.deepEqual(world.cluster(PRIMARY).spec, replicaOf(PRIMARY, epoch(2), DR));
    assert.deepEqual((await failure(world.drive(failover(options, world.context())))).problems, [
      "site dr: is primary and serves already (epoch 2)",
    ]);
  });

  it("fences a primary whose API server answers before it promotes", async () => {
    const world = World.introduced();
    let bothOpen = false;
    const check = setInterval(() => (bothOpen ||= world.openSites().length > 1), 0);
    const result = await world.drive(failover({ ...options, yes: true }, world.context()));
    clearInterval(check);
    assert.equal(result?.code, 0);
    assert.deepEqual(receiptOf(result).fenced, { written: [PRIMARY], notReached: [] });
    assert.deepEqual(world.cluster(PRIMARY).spec, replicaOf(PRIMARY, epoch(2), DR));
    assert.equal(bothOpen, false);
  });

  it("points to the switchover while the primary is well, unless told to go on", async () => {
    const world = World.introduced();
    const error = await failure(world.drive(failover(options, world.context())));
    assert.equal(error.code, 1);
    assert.match(error.message, /switchover --to dr moves the primary without loss; to fail over all the same.*--yes/);
    assert.deepEqual(world.openSites(), [PRIMARY]);

    const asked: string[] = [];
    const answer = (yes: "yes" | "no") => ({ ask: async (q: string) => (asked.push(q), yes) });
    const no = await failure(world.drive(failover(options, world.context(answer("no")))));
    assert.deepEqual(no.problems, ["not confirmed"]);
    assert.match(asked.join(), /Promote dr at epoch 2\? \[y\/N\] $/);
    assert.equal((await world.drive(failover(options, world.context(answer("yes")))))?.code, 0);
  });

  it("does not overwrite what somebody else decided while the operator was asked", async () => {
    const world = World.introduced();
    const ask = async (): Promise<"yes"> => {
      world.cluster(PRIMARY).put({ site: PRIMARY, role: "primary", epoch: epoch(7), mode: "resume" });
      return "yes";
    };
    const result = await world.drive(failover(options, world.context({ ask })));
    assert.equal(result?.code, 1);
    assert.match(receiptOf(result).problems.join(), /site primary: its object was changed by somebody else/);
    assert.equal(world.cluster(DR).spec?.role, "replica");
  });

  it("refuses a partial or empty copy before anything is fenced, unless accepted", async () => {
    const world = World.introduced();
    const object = world.cluster(DR).object;
    assert.ok(object?.status?.replication != null);
    world
      .cluster(DR)
      .report({ ...object.status, replication: { ...object.status.replication, syncInProgress: true, inSync: false } });
    world.guard(DR).step = () => undefined;
    const partial = await failure(world.drive(failover(options, world.context())));
    assert.match(partial.message, /site dr: a full sync is in progress.*--accept-partial/);
    world.cluster(DR).report({ ...object.status, dataVersion: null });
    const empty = await failure(world.drive(failover(options, world.context())));
    assert.match(empty.message, /site dr: has no data of the primary.*--accept-partial/);
    assert.equal(world.cluster(PRIMARY).spec?.epoch, 1);

    const accepted = await world.drive(failover({ ...options, acceptPartial: true, yes: true }, world.context()));
    assert.equal(world.cluster(DR).spec?.acceptPartial, true);
    assert.equal(receiptOf(accepted).acceptPartial, true);
  });

  it("creates the target's object above every epoch that is known, and refuses when none is", async () => {
    const world = World.introduced();
    world.cluster(DR).remove();
    const newer = await failure(world.drive(failover({ ...options, yes: true }, world.context())));
    assert.match(newer.message, /site primary: holds newer data \(primary@1\/\d+\) than dr, which has data version/);
    const { sequence = 0 } = world.cluster(PRIMARY).object?.status?.dataVersion ?? {};
    const discard = [{ site: PRIMARY, epoch: 1, sequence }];
    await world.drive(failover({ ...options, yes: true, discard }, world.context()));
    assert.deepEqual(world.cluster(DR).spec, { site: DR, role: "primary", epoch: 2, mode: "forced", discard });

    const blind = World.introduced();
    blind.cluster(DR).remove();
    blind.cluster(PRIMARY).reachable = false;
    const error = await failure(blind.drive(failover(options, blind.context())));
    assert.match(error.message, /the epoch in use is not known.*--epoch-at-least N/);
    await blind.drive(failover({ ...options, epochAtLeast: epoch(9) }, blind.context()));
    assert.equal(blind.cluster(DR).spec?.epoch, 10);
  });

  it("refuses a target whose API server does not answer, by its address", async () => {
    const world = World.introduced();
    world.cluster(DR).reachable = false;
    const error = await failure(world.drive(failover(options, world.context())));
    assert.deepEqual(error.problems, [
      "site dr: https://dr.example:6443 does not answer (ECONNREFUSED); only a site whose API server answers can be promoted",
    ]);
  });

  it("is above a roll-back that it cannot see", async () => {
    const world = World.introduced({ engine: "dragonfly", proof: "required" });
    // The takeover was refused at epoch 2; the other side may have resumed at 3 and is gone.
    world.cluster(DR).put({ site: DR, role: "primary", epoch: epoch(2), mode: "handover", source: PRIMARY });
    world.guard(DR).takeoverEnds = "refused";
    world.guard(DR).step();
    world.cluster(PRIMARY).reachable = false;
    const discard = [{ site: PRIMARY, epoch: 1, sequence: 9 }];
    await world.drive(failover({ ...options, discard }, world.context()));
    assert.equal(world.cluster(DR).spec?.epoch, 4);
  });

  it("does not wait for the lease of a colleague when forced", async () => {
    const world = World.introduced();
    world.cluster(DR).lease = {
      record: { holder: "ann@desk/77", renewed: world.clock.now(), seconds: 15 },
      version: 1,
    };
    const context = { hasEnded: () => false };
    const error = await failure(world.drive(failover({ ...options, yes: true }, world.context(context))));
    assert.match(error.message, /ann@desk\/77 is at work/);
    assert.equal((await world.drive(failover({ ...options, force: true }, world.context(context))))?.code, 0);
  });

  it("changes nothing in a dry run and states the loss", async () => {
    const world = World.introduced();
    loseRegion(world);
    const result = await world.drive(failover({ ...options, dryRun: true }, world.context()));
    assert.match(
      result?.text ?? "",
      /expected loss.*\n.*primary at epoch 2, forced\n.*primary does not answer: it closes by itself/,
    );
    assert.equal(world.cluster(DR).spec?.role, "replica");
  });

  it("ends with one primary wherever it is killed, when run again", async () => {
    const story = fc.record({
      choices: fc.array(fc.nat(4095), { minLength: 20, maxLength: 80 }),
      killAt: fc.option(fc.nat(80), { nil: null }),
    });
    await fc.assert(
      fc.asyncProperty(story, async ({ choices, killAt }) => {
        const world = World.introduced();
        const go = async (happenings: number[] = [], kill: number | null = null): Promise<void> => {
          try {
            await world.drive(failover({ ...options, yes: true }, world.context()), happenings, kill);
          } catch (error) {
            if (!(error instanceof CommandFailure)) throw error;
          }
        };
        await go(choices, killAt);
        world.mend();
        for (let i = 0; i < 3; i++) world.tick();
        await go();
        for (let i = 0; i < 5; i++) world.tick();
        assert.deepEqual(world.openSites(), [DR]);
        assert.equal(world.cluster(PRIMARY).spec?.role, "replica");
      }),
      { numRuns: 200 },
    );
  }).timeout(180_000);
});
