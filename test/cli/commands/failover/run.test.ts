import assert from "node:assert/strict";
import fc from "fast-check";
import type { FailoverOptions } from "../../../../cli/commands/failover/command";
import { failover } from "../../../../cli/commands/failover/run";
import { CommandFailure } from "../../../../cli/failure";
import { ApiRefusal, SiteUnreachable } from "../../../../cli/kube/stores";
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

  it("is stopped by nothing that the old region's API server answers but a change by somebody else", async () => {
    for (const error of [
      new ApiRefusal(PRIMARY, "the API server answers 403: denied by a webhook"),
      new SiteUnreachable(
        PRIMARY,
        "https://primary.example",
        "answers 500: database space exceeded",
        "unknown",
        "busy",
      ),
    ]) {
      const world = World.introduced();
      for (let i = 0; i < 50; i++) world.cluster(PRIMARY).writeFaults.push({ error, when: "before" });
      const result = await world.drive(failover({ ...options, yes: true }, world.context()));
      assert.equal(result?.code, 0, result?.text);
      assert.ok(world.guard(DR).open);
      const receipt = receiptOf(result);
      assert.deepEqual(receipt.fenced, { written: [], notReached: [PRIMARY] });
      assert.match(
        receipt.notes.join("\n"),
        /(denied by a webhook|space exceeded); it closes when it learns of epoch 2/,
      );
      assert.equal(receipt.steps.find((step) => /^fence/.test(step.name))?.outcome, "given up");
    }
  });

  it("goes on after a 429 and a 503 of the site that it promotes", async () => {
    const world = World.introduced();
    const busy = (status: number, outcome: "not written" | "unknown") =>
      new SiteUnreachable(DR, "https://dr.example", `answers ${status}: later`, outcome, "busy");
    world.cluster(DR).writeFaults.push({ error: busy(429, "not written"), when: "before" });
    world.cluster(DR).writeFaults.push({ error: busy(503, "unknown"), when: "late" });
    const result = await world.drive(failover({ ...options, yes: true }, world.context()));
    assert.equal(result?.code, 0, result?.text);
    assert.equal(world.cluster(DR).spec?.epoch, 2, "written once");
  });

  it("does not wait for a region whose API server never answers", async () => {
    const world = World.introduced();
    loseRegion(world);
    world.cluster(PRIMARY).reachable = true;
    world.cluster(PRIMARY).silent = true;
    const begun = world.clock.now();
    let promotedAfter = Number.POSITIVE_INFINITY;
    world.cluster(DR).watch((object) => {
      if (object?.spec.role === "primary") promotedAfter = Math.min(promotedAfter, world.clock.now() - begun);
    });
    const result = await world.drive(failover(options, world.context()));
    assert.equal(result?.code, 0, result?.text);
    assert.ok(promotedAfter <= 400, `${promotedAfter} ms`);
  });

  describe("over newer data at a site that can be asked", () => {
    /** The primary, promoted by force, has lost its volume; dr's copy is whole. */
    const emptied = (): World => {
      const world = World.introduced();
      const guard = world.guard(PRIMARY);
      guard.data = new Set();
      guard.open = false;
      guard.report();
      guard.step = () => guard.report();
      world.guard(DR).step();
      return world;
    };
    const whole = (world: World): string => `dr@1/${world.guard(DR).data.size}`;

    it("refuses without a terminal, with the command that keeps the data first", async () => {
      const world = emptied();
      for (const acceptPartial of [false, true]) {
        const wanted = { ...options, to: PRIMARY, acceptPartial, yes: true, force: true };
        const error = await failure(world.drive(failover(wanted, world.context())));
        assert.match(error.message, /site dr: holds newer data \(dr@1\/\d+\) than primary/);
        assert.equal(
          error.nextStep,
          `to keep it: dragonfly-dr failover --to dr; to give it up: add --discard ${whole(world)}`,
        );
      }
      assert.equal(world.cluster(DR).spec?.epoch, 1);
    });

    it("goes on once site and version are typed out, and not for another word", async () => {
      for (const word of ["yes", "dr@1/1", "the right one"]) {
        const world = emptied();
        const ask = async (): Promise<string> => (word === "the right one" ? whole(world) : word);
        const run = world.drive(failover({ ...options, to: PRIMARY, timeout: 300 as never }, world.context({ ask })));
        if (word !== "the right one") {
          assert.match((await failure(run)).message, /not confirmed: dr@1\/\d+ is kept/);
          continue;
        }
        await run;
        const { spec } = world.cluster(PRIMARY);
        assert.deepEqual([spec?.mode, spec?.discard?.[0]?.site], ["forced", DR]);
      }
    });

    it("has a replica of a site that serves give up the copy that it keeps", async () => {
      const world = World.introduced();
      const discard = [{ site: DR, epoch: 1, sequence: 70 }];
      const result = await world.drive(failover({ ...options, to: PRIMARY, discard }, world.context()));
      assert.equal(result?.code, 0, result?.text);
      assert.deepEqual(world.cluster(DR).spec, { ...replicaOf(DR, epoch(1), PRIMARY), discard });
    });

    it("takes an older version as no word for what has come since", async () => {
      const world = emptied();
      const discard = [{ site: DR, epoch: 1, sequence: world.guard(DR).data.size - 1 }];
      await failure(world.drive(failover({ ...options, to: PRIMARY, discard }, world.context())));
    });
  });

  it("never writes a new failover into the receipt of an interrupted one", async () => {
    const world = World.introduced();
    loseRegion(world);
    const begun = new Date(world.clock.now()).toISOString();
    world.journal.entry = {
      version: 1,
      command: "failover",
      to: DR,
      plan: null,
      epoch: epoch(4),
      holder: "me@here/0",
      startedAt: "2025-12-31T00:00:00.000Z",
      lagAtStartSeconds: 3,
    };
    const receipt = receiptOf(await world.drive(failover(options, world.context())));
    assert.deepEqual([receipt.resumed, receipt.startedAt >= begun], [false, true]);
  });

  it("counts the loss from when the old primary stopped serving, where that is known", async () => {
    const world = World.introduced();
    const guard = world.guard(PRIMARY);
    guard.open = false;
    guard.stoppedServingAt = new Date(world.clock.now()).toISOString();
    guard.step = () => guard.report();
    world.guard(DR).step = () => undefined;
    for (let i = 0; i < 9; i++) {
      guard.report();
      world.clock.pass(1_000);
    }
    const discard = [{ site: PRIMARY, epoch: 1, sequence: 99 }];
    const result = await world.drive(failover({ ...options, discard, dryRun: true }, world.context()));
    const loss = (result?.json as { loss: { lagSeconds: number; atRiskSeconds: number; sentence: string } }).loss;
    assert.ok(loss.lagSeconds >= 9 && loss.atRiskSeconds < 1, JSON.stringify(loss));
    assert.match(loss.sentence, /before it stopped serving, 9\.0 s ago/);
  });

  it("asks where the copy is above its memory limit", async () => {
    const world = World.introduced();
    loseRegion(world);
    const { object } = world.cluster(DR);
    assert.ok(object?.status?.server);
    const server = { ...object.status.server, usedMemoryBytes: 220 as never, maxMemoryBytes: 200 as never };
    world.cluster(DR).report({ ...object.status, server });
    world.guard(DR).step = () => undefined;
    const error = await failure(world.drive(failover(options, world.context())));
    assert.match(error.message, /site dr: its server uses 220 bytes of 200, .*raise server\.maxmemory there.*--yes/);
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
      "site dr: https://dr.example:6443 does not answer (ECONNREFUSED); only a site whose API server answers " +
        "can be promoted",
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
