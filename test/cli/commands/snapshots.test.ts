import assert from "node:assert/strict";
import { drill } from "../../../cli/commands/drill/run";
import { restore } from "../../../cli/commands/restore/run";
import { snapshot } from "../../../cli/commands/snapshot/run";
import { status } from "../../../cli/commands/status/run";
import { drillEndings, unanswered } from "../world/memoryDrills";
import { DR, PRIMARY, World } from "../world/world";

const asked = { site: null, timeout: 5_000 as never, waitTimeout: 60_000 as never, dryRun: false } as const;
const wanted = {
  from: "newest",
  to: PRIMARY,
  yes: true,
  timeout: 5_000 as never,
  waitTimeout: 60_000 as never,
  dryRun: false,
} as const;

/** Both sites keep snapshots. */
function keeping(): World {
  const world = World.introduced();
  for (const guard of world.guards) guard.snapshots = new Map();
  world.tick();
  return world;
}

describe("snapshot", () => {
  it("asks the primary at the epoch that it has, and waits for the answer to this request", async () => {
    const world = keeping();
    const result = await world.drive(snapshot(asked, world.context()));
    assert.equal(result?.code, 0);
    const { snapshot: request, ...rest } = world.cluster(PRIMARY).spec ?? {};
    assert.deepEqual(rest, { site: PRIMARY, role: "primary", epoch: 1, mode: "initial" });
    assert.match(request?.id ?? "", /^\d{4}-/);
    assert.match(world.receipts[0]?.notes.join() ?? "", /snapshot 20261121T060000Z-e1-/);
    assert.deepEqual(world.openSites(), [PRIMARY]);
  });

  it("can be asked of a replica", async () => {
    const world = keeping();
    assert.equal((await world.drive(snapshot({ ...asked, site: DR }, world.context())))?.code, 0);
    assert.equal(world.cluster(DR).spec?.role, "replica");
  });

  it("says why there is none, and changes no role", async () => {
    const world = keeping();
    world.guard(PRIMARY).snapshotFails = "no-bucket: make the bucket";
    const result = await world.drive(snapshot(asked, world.context()));
    assert.equal(result?.code, 1);
    assert.deepEqual(world.receipts[0]?.problems, ["site primary: no-bucket: make the bucket"]);
    assert.deepEqual(world.openSites(), [PRIMARY]);
  });

  it("refuses where snapshots are off", async () => {
    const world = World.introduced();
    await assert.rejects(world.drive(snapshot(asked, world.context())), /site primary: keeps no snapshots/);
  });
});

describe("restore", () => {
  /** A snapshot was taken, and more was written since. */
  async function behind(): Promise<World> {
    const world = keeping();
    await world.drive(snapshot(asked, world.context()));
    for (let i = 0; i < 5; i++) world.tick();
    return world;
  }

  it("fences, restores at an epoch above all, and has the others follow", async () => {
    const world = await behind();
    world.guard(DR).snapshots = world.guard(PRIMARY).snapshots;
    const kept = world.guard(PRIMARY).snapshots?.get("newest") ?? new Set();
    const result = await world.drive(restore({ ...wanted, to: DR }, world.context()));
    assert.equal(result?.code, 0, result?.text);
    assert.deepEqual(world.cluster(DR).spec, {
      site: DR,
      role: "primary",
      epoch: 2,
      mode: "restored",
      restore: { from: [...(world.guard(DR).snapshots?.keys() ?? [])].filter((id) => id !== "newest").at(-1) },
    });
    assert.deepEqual(world.cluster(PRIMARY).spec, { site: PRIMARY, role: "replica", epoch: 2, source: DR });
    assert.ok([...kept].every((id) => world.guard(DR).data.has(id)));
    assert.deepEqual(world.violations, []);
  });

  it("restores the primary in its place", async () => {
    const world = await behind();
    const before = world.guard(PRIMARY).data.size;
    const result = await world.drive(restore(wanted, world.context()));
    assert.equal(result?.code, 0, result?.text);
    assert.equal(world.cluster(DR).spec?.epoch, 3);
    assert.ok(world.lost(PRIMARY).length > 0 && before > 0, "what came after the snapshot is gone");
  });

  it("says what is overwritten, and does nothing without a yes", async () => {
    const world = await behind();
    await assert.rejects(
      world.drive(restore({ ...wanted, yes: false }, world.context())),
      new RegExp(
        [
          "everything that primary holds \\(data version 1/\\d+\\) is replaced by the newest snapshot",
          "primary serves now; every write since",
          "dr becomes a replica of primary",
          "give --yes",
        ].join(".*"),
      ),
    );
    let question = "";
    const no = async (text: string): Promise<"no"> => {
      question = text;
      return "no";
    };
    await assert.rejects(world.drive(restore({ ...wanted, yes: false }, world.context({ ask: no }))), /not confirmed/);
    assert.match(question, /Restore primary at epoch 3\?/);
    assert.equal(world.cluster(PRIMARY).spec?.epoch, 1);
  });

  it("--dry-run changes nothing and says all of it", async () => {
    const world = await behind();
    const result = await world.drive(restore({ ...wanted, dryRun: true }, world.context()));
    assert.match(result?.text ?? "", /siterole\/primary: primary at epoch 3, restored from newest/);
    assert.equal(world.cluster(PRIMARY).spec?.epoch, 1);
  });

  it("closes nothing for a snapshot that is not there", async () => {
    const world = await behind();
    const result = await world.drive(restore({ ...wanted, from: "20260101T000000Z-e1-1" }, world.context()));
    assert.equal(result?.code, 1);
    assert.match(result?.text ?? "", /there is no snapshot 20260101T000000Z-e1-1; nothing was closed/);
    assert.deepEqual(world.openSites(), [PRIMARY]);
    assert.deepEqual([world.cluster(PRIMARY).spec?.epoch, world.cluster(DR).spec?.epoch], [1, 1]);
  });

  it("a refusal is told with the next step", async () => {
    const world = await behind();
    world.guard(PRIMARY).restoreFails = true;
    const result = await world.drive(restore(wanted, world.context()));
    assert.equal(result?.code, 3);
    assert.match(world.receipts[1]?.problems.join() ?? "", /site primary refused: denied/);
    assert.match(world.receipts[1]?.nextStep ?? "", /failover --to/);
  });

  it("refuses a site that cannot be reached, or keeps none, and an id that is none", async () => {
    const world = await behind();
    await assert.rejects(
      world.drive(restore({ ...wanted, from: "yesterday" }, world.context())),
      /"yesterday" is neither newest nor/,
    );
    world.cluster(DR).reachable = false;
    await assert.rejects(
      world.drive(restore({ ...wanted, to: DR }, world.context())),
      /only a site whose API server answers/,
    );
    world.guard(PRIMARY).snapshots = null;
    world.tick();
    await assert.rejects(world.drive(restore(wanted, world.context())), /keeps no snapshots/);
  });

  it("goes on while another site's cluster is gone", async () => {
    const world = await behind();
    world.cluster(DR).reachable = false;
    world.guard(DR).linkUp = false;
    const result = await world.drive(restore(wanted, world.context()));
    assert.equal(result?.code, 0, result?.text);
    assert.match(world.receipts[1]?.notes.join() ?? "", /site dr does not answer: it closes by itself/);
  });
});

describe("drill", () => {
  const every = { site: null, waitTimeout: 60_000 as never, dryRun: false } as const;
  afterEach(() => {
    drillEndings.clear();
    unanswered.clear();
  });

  it("goes on where the API server does not answer for a while, and gives up when it stays away", async () => {
    for (const [looks, code] of [
      [3, 0],
      [1_000, 1],
    ] as const) {
      const world = keeping();
      unanswered.set(DR, looks);
      const result = await world.drive(drill({ ...every, site: DR }, world.context()));
      assert.equal(result?.code, code, result?.text);
      if (code === 1)
        assert.match(
          world.receipts[0]?.problems.join() ?? "",
          /has not ended within 60 s \(.*does not answer within 5 s\)/,
        );
    }
  });

  it("proves each site's newest snapshot", async () => {
    const world = keeping();
    const result = await world.drive(drill(every, world.context()));
    assert.equal(result?.code, 0, result?.text);
    assert.equal(world.receipts[0]?.notes.filter((note) => /is proven/.test(note)).length, 2);
  });

  it("one that proves nothing is told, and the other is still made", async () => {
    const world = keeping();
    drillEndings.set(PRIMARY, { kind: "ended", outcome: "failed", report: null, detail: "fetch error" });
    const result = await world.drive(drill(every, world.context()));
    assert.equal(result?.code, 1);
    assert.deepEqual([world.receipts[0]?.problems.length, world.receipts[0]?.notes.length], [1, 1]);
  });

  it("gives up waiting, and says that it goes on", async () => {
    const world = keeping();
    drillEndings.set(DR, { kind: "running", detail: "server runs" });
    const result = await world.drive(drill({ ...every, site: DR }, world.context()));
    assert.equal(result?.code, 1);
    assert.match(world.receipts[0]?.problems.join() ?? "", /has not ended within 60 s \(server runs\)/);
  });
});

describe("status of snapshots", () => {
  it("shows the newest and the last proven restore", async () => {
    const world = keeping();
    await world.drive(snapshot(asked, world.context()));
    const result = await world.drive(status({ cached: true, watch: false, every: 2_000 as never }, world.context()));
    assert.match(
      result?.text ?? "",
      /^primary: newest snapshot 20261121T060000Z-e1-\d+ \(\d+ s ago, 1\.0 MiB\); no restore proven yet$/m,
    );
  });
});
