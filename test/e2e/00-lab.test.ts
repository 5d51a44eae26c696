import assert from "node:assert/strict";
import { SITES } from "../../lab/plan";
import { world, type World } from "./support/world";

describe("the lab", () => {
  let w: World;
  before(async () => {
    w = await world();
  });

  it("has two clusters whose node is Ready", async () => {
    for (const site of SITES) {
      const node = (await w.get(site, `/api/v1/nodes/${site}`)) as {
        status: { conditions: { type: string; status: string }[]; nodeInfo: { kubeletVersion: string } };
      };
      assert.equal(node.status.conditions.find((c) => c.type === "Ready")?.status, "True");
      assert.equal(node.status.nodeInfo.kubeletVersion, "v1.36.3");
    }
  });

  it("is found again as it runs", async () => assert.equal(await w.lab.problem(), undefined));
});
