import assert from "node:assert/strict";
import { SITES } from "../../lab/plan";
import { waitFor } from "../../lab/process/waitFor";
import { world, type World } from "./support/world";

describe("pulumi up", () => {
  let w: World;
  before(async () => {
    w = await world();
  });

  it("of primary, then of dr, and both previews are empty", async () => {
    for (const site of SITES) {
      const { code, stdout, stderr } = await w.deployment.up(site);
      assert.equal(code, 0, stdout + stderr);
    }
    for (const site of SITES) {
      const { code, stdout, stderr } = await w.deployment.preview(site);
      assert.equal(code, 0, stdout + stderr);
    }
  });

  it("leaves both sites Ready and closed until they are introduced", async () => {
    for (const site of SITES) {
      // A probe that a busy machine keeps waiting takes the condition back for a moment.
      await waitFor(
        async () => {
          const pod = (await w.get(site, "/api/v1/namespaces/cache/pods/dragonfly-0")) as {
            status: { conditions: { type: string; status: string }[] };
          };
          return pod.status.conditions.some((c) => c.type === "Ready" && c.status === "True");
        },
        { what: `${site}: its server's pod is Ready`, deadlineMs: 180_000 },
      );
      assert.equal(await w.role(site), undefined);
      assert.ok(await w.isClosed(site), site);
    }
  });

  it("refuses bad input with every problem at once, and touches nothing", async () => {
    const { writeFileSync, readFileSync } = await import("node:fs");
    const file = w.deployment.stackFile("primary");
    const good = readFileSync(file, "utf8");
    try {
      writeFileSync(
        file,
        good
          .replace(/maxmemory: \S+/, "maxmemory: 490mb")
          .replace("dragonfly-dr:environment: lab", "dragonfly-dr:environment: lab\n  dragonfly-dr:nonsense: 1")
          .replace("dragonfly-dr:snapshots:\n", "dragonfly-dr:snapshots:\n    drillCron: every day\n"),
      );
      const { code, stdout, stderr } = await w.deployment.pulumi("preview", "primary");
      const said = stdout + stderr;
      assert.notEqual(code, 0);
      for (const key of ["nonsense", "snapshots.drillCron", "server.maxmemory"])
        assert.match(said, new RegExp(key.replace(".", "\\.")), said);
    } finally {
      writeFileSync(file, good);
    }
  });
});
