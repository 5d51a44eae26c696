import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describeViolations } from "../../lab/faults/checker/report";
import { FaultLab } from "../../lab/faults/run/faultLab";
import { runScenario } from "../../lab/faults/run/runScenario";
import { scenariosNamed } from "../../lab/faults/scenarios";
import { PROJECT_ROOT } from "../../lab/paths";
import { world, type World } from "./support/world";

/** Those that no other file here has; all of them: `make faults`. */
const CHOSEN = [
  "pod-force-deleted",
  "one-way-cut-from-primary",
  "api-server-refuses-writes",
  "switchover-killed-committing",
  "role-object-deleted",
];
const HISTORIES = join(PROJECT_ROOT, ".faults", `e2e-${Date.now().toString(36)}`);

// Open: written, and not run yet.
describe.skip("faults under writers in both regions, judged by their histories", () => {
  let w: World;
  let faultLab: FaultLab;
  before(async () => {
    w = await world();
    faultLab = await FaultLab.of(w.lab, w.deployment);
  });
  after(async () => {
    if ((await faultLab.settled()) === "primary") return;
    const { code, stdout, stderr } = await w.cli("switchover", "--to", "primary");
    assert.equal(code, 0, stdout + stderr);
    await w.settled("primary");
  });

  for (const scenario of scenariosNamed(CHOSEN))
    it(`${scenario.name}: ${scenario.promise}`, async () => {
      const folder = join(HISTORIES, scenario.name);
      const { problem, report } = await runScenario(faultLab, scenario, folder);
      const violations = describeViolations(report?.violations ?? []);
      assert.deepEqual({ problem, violations }, { problem: null, violations: [] }, `histories: ${folder}`);
      const served = ((report?.servedAgainMs ?? 0) / 1000).toFixed(2);
      console.log(
        `      ${report?.acknowledged} acknowledged, ${report?.lostAsAllowed} lost as promised, ` +
          `served again after ${served} s`,
      );
      rmSync(folder, { recursive: true });
    });
});
