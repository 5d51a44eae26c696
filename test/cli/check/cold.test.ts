import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../../..");
const BUILT = join(ROOT, "dist/cli/main.js");
const MOST_SECONDS = 5;

describe("dragonfly-dr check, as it is published", function () {
  this.timeout(60_000);

  before(() => assert.ok(existsSync(BUILT), "dist/cli/main.js is not there: run `npm run build` (`make unit` does)"));

  it(`judges both sites in ${MOST_SECONDS} s, from nothing loaded`, () => {
    // Others share the machine: the best of three tells what the program needs.
    const runs = Array.from({ length: 3 }, () => {
      const start = process.hrtime.bigint();
      const { status, stdout, stderr } = spawnSync(process.execPath, [BUILT, "check", "--format", "json"], { cwd: ROOT, encoding: "utf8" });
      assert.equal(status, 0, stdout + stderr);
      assert.deepEqual((JSON.parse(stdout) as { judged: { stacks: string[] } }).judged.stacks, ["dr", "primary"]);
      return Number(process.hrtime.bigint() - start) / 1e9;
    });
    assert.ok(Math.min(...runs) <= MOST_SECONDS, runs.map((seconds) => seconds.toFixed(1)).join(", "));
  });

  it("ends with code 2 on a format that there is not", () => {
    const { status, stderr } = spawnSync(process.execPath, [BUILT, "check", "--format", "yaml"], { cwd: ROOT, encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, /'--format <format>' argument 'yaml' is invalid\. Allowed choices are text, json, sarif, markdown\./);
  });
});
