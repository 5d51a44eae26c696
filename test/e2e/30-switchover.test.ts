import assert from "node:assert/strict";
import { SITES, type LabSite } from "../../lab/plan";
import { world, type World } from "./support/world";

/** Of the writer: the switchover, which takes about one, and the seconds of a busy machine on both sides of it. */
const SECONDS = 20;

describe("dragonfly-dr switchover, under a writer", () => {
  let w: World;
  before(async () => {
    w = await world();
  });

  const move = async (from: LabSite, to: LabSite, beside: LabSite): Promise<void> => {
    await w.settled(from);
    const before = (await w.role(from))?.spec.epoch ?? 0;
    const report = await w.lossDuring(beside, to, SECONDS, async () => {
      const { code, stdout, stderr } = await w.cli("switchover", "--to", to);
      assert.equal(code, 0, stdout + stderr);
    });
    assert.ok(report.acknowledged > 1_000, `acknowledged ${report.acknowledged}`);
    assert.equal(report.missing + report.wrong, 0, JSON.stringify(report));
    console.log(
      `      ${from} → ${to}: 0 of ${report.acknowledged} acknowledged writes lost, longest gap ` +
        `${report.longestGap?.ms} ms`,
    );
    await w.serving(to);
    await w.inSync(from);
    assert.equal((await w.status(from))?.serving, false);
    assert.ok(((await w.role(to))?.spec.epoch ?? 0) > before);
  };

  it("to dr, the writer beside the new primary: nothing is lost", () => move("primary", "dr", "dr"));
  it("back, the writer beside the old primary: nothing is lost", () => move("dr", "primary", "dr"));

  it("leaves nothing for pulumi to do", async () => {
    for (const site of SITES) {
      const { code, stdout, stderr } = await w.deployment.preview(site);
      assert.equal(code, 0, stdout + stderr);
    }
  });
});
