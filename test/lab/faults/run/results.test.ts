import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderTable, resultOf, withTable } from "../../../../lab/faults/run/results";
import type { RunOutcome } from "../../../../lab/faults/run/runScenario";
import { scenarios, scenariosNamed } from "../../../../lab/faults/scenarios";

const run = (servedAgainMs: number, violations: number): RunOutcome => ({
  scenario: "primary-killed",
  folder: "/x",
  problem: null,
  report: {
    acknowledged: 100,
    unknown: 3,
    reads: 7,
    lostAsAllowed: 2,
    twoSitesAsAllowed: 0,
    violations: Array.from({ length: violations }, () => ({ kind: "lost", what: "x" })),
    servedAgainMs,
  },
});

describe("table of fault scenarios", () => {
  it("gives runs, violations, losses and times of each scenario, and says which were never run", () => {
    const unfinished = { ...run(0, 0), problem: "no", report: null };
    const result = resultOf("primary-killed", [run(1_000, 0), run(3_000, 1), run(2_000, 0), unfinished], "two cores");
    const [, , first, second, , machine] = renderTable(scenariosNamed(["primary-killed", "link-flaps"]), [
      result,
    ]).split("\n");
    assert.match(first ?? "", /\| 4 \| 1, 1 unfinished \| 6 of 300 \| 2\.00 s \| 3\.00 s \| 1 \|$/);
    assert.match(second ?? "", /^\| `link-flaps` \|.*\| 0 \| {2}\| {2}\| {2}\| {2}\| {2}\|$/);
    assert.equal(machine, "Machine 1: two cores.");
  });

  it("has its place in the document, with every scenario", () => {
    const document = readFileSync(join(__dirname, "../../../../docs/faults.md"), "utf8");
    for (const { name } of scenarios)
      assert.ok(document.includes(`| \`${name}\` |`), `${name}: run make faults FAULTS=${name}`);
    assert.match(withTable(document, "T"), /<!-- begin table -->\n\nT\n<!-- end table -->/);
    assert.throws(() => withTable("nothing", "T"), /has no lines/);
  });
});
