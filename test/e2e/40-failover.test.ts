import assert from "node:assert/strict";
import { SITES } from "../../lab/plan";
import { waitFor } from "../../lab/process/waitFor";
import { world, type World } from "./support/world";

const UNREACHABLE = "https://10.255.255.1:6443";
/**
 * Two on a quiet machine (docs/guarantees.md, measured by the benchmark); it takes until its guard, the gateways and
 * the server have had their turn.
 */
const CLOSED_SECONDS = 6;

describe("dragonfly-dr failover, the regions cut off from each other", () => {
  let w: World;
  before(async () => {
    w = await world();
  });
  after(async () => {
    await w.lab.link.heal();
  });

  it("promotes dr within seconds, without the other region's API server", async () => {
    await w.settled("primary");
    const a = await w.client("primary");
    await a.set("cache:before", "1");
    await w.arrives("dr", "cache:before");
    await w.lab.link.cut();
    await w.statusWhere("dr", "sees the cut", (status) => status.peers[0]?.reachable === false);
    for (let i = 0; i < 50; i++) await a.set(`cache:alone:${i}`, "1");
    // As from a desk that reaches the surviving region only.
    const file = w.deployment.sitesWith("primary", UNREACHABLE);

    const refused = await w.cli("switchover", "--to", "dr", "--sites", file);
    assert.equal(refused.code, 1, refused.stdout + refused.stderr);
    assert.match(
      refused.stderr,
      /site primary: .*10\.255\.255\.1.*failover/,
      "names the region that is down, and the way on",
    );
    assert.equal((await w.role("dr"))?.spec.role, "replica", "nothing was touched");

    const begun = performance.now();
    const command = w.cli("failover", "--to", "dr", "--yes", "--sites", file);
    await waitFor(async () => ((await w.role("dr"))?.spec.role === "primary" ? true : undefined), {
      what: "dr's object says primary",
      deadlineMs: 120_000,
      everyMs: 50,
    });
    await w.firstWrite("dr", "cache:after");
    const seconds = (performance.now() - begun) / 1000;
    const { code, stdout, stderr } = await command;
    assert.equal(code, 0, stdout + stderr);
    console.log(`      command to first acknowledged write through the Service: ${seconds.toFixed(2)} s`);
    await w.serving("dr");
    // Nobody could tell the old primary yet.
    await w.serving("primary");
    assert.equal(await w.reading("dr", (client) => client.get("cache:before")), "1");
    a.disconnect();
  });

  it("the old primary closes within seconds of the link's return, and keeps and counts what it alone had", async () => {
    let healed = 0;
    const report = await w.lossDuring("primary", "dr", 30, async () => {
      await w.lab.link.heal();
      healed = Date.now();
      await w.statusWhere(
        "primary",
        "is closed by what it has heard",
        (status) => !status.serving && status.phase !== "Starting",
      );
      // The writer is still at work then, and is led there too.
      await w.firstWrite("primary", "cache:through");
    });
    assert.ok(
      report.missing > 0 && report.lastMissing !== null,
      `the checker must see what the old primary alone had: ${JSON.stringify(report)}`,
    );
    assert.ok(report.missing < report.acknowledged, "the same Service leads to the new primary then");
    const seconds = (Date.parse(report.lastMissing.at) - healed) / 1000;
    console.log(
      `      last write that the old primary acknowledged alone: ${seconds.toFixed(2)} s after the link was ` +
        `back (${report.missing} writes)`,
    );
    assert.ok(seconds <= CLOSED_SECONDS, `${seconds} s`);
    const { divergence } = await w.statusWhere(
      "primary",
      "has kept its own",
      (status) => status.divergence !== undefined,
    );
    assert.ok(divergence?.dump, "a dump is kept");
    const alone = 50 + report.missing;
    assert.ok(
      (divergence?.writesUpperBound ?? 0) >= alone,
      `bound ${divergence?.writesUpperBound} for at least ${alone} writes`,
    );
  });

  it("failback: the old primary follows, and then serves again, with nothing lost", async () => {
    const report = await w.lossDuring("primary", "primary", 40, async () => {
      const { code, stdout, stderr } = await w.cli("failback", "--to", "primary");
      assert.equal(code, 0, stdout + stderr);
    });
    assert.equal(report.missing + report.wrong, 0, JSON.stringify(report));
    await w.settled("primary");
    for (const site of SITES) assert.equal((await w.deployment.preview(site)).code, 0);
  });
});
