import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { onDay } from "../../support/onDay";
import { TODAY } from "./project";

const ROOT = join(__dirname, "../../..");
const BUILT = join(ROOT, "dist/cli/main.js");
const MOST_SECONDS = 5;
/**
 * On a machine so slow that Node takes long to load a large library, in as many times as much; it needs some six on
 * any.
 */
const MOST_LIBRARIES = 15;

/** How long a program takes from its start to its end. */
function timed(args: readonly string[]): { readonly seconds: number; readonly stdout: string } {
  const start = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, ...onDay(TODAY) },
  });
  assert.equal(status, 0, stdout + stderr);
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9, stdout };
}

describe("dragonfly-dr check, as it is published", function () {
  this.timeout(300_000);

  before(() => assert.ok(existsSync(BUILT), "dist/cli/main.js is not there: run `npm run build` (`make unit` does)"));

  it(`judges both sites in ${MOST_SECONDS} s, from nothing loaded`, () => {
    // Others share the machine: the best of three tells what the program needs, and beside it what the machine gives.
    const runs = Array.from({ length: 3 }, () => {
      const library = timed(["-e", 'require("typescript")']).seconds;
      const { seconds, stdout } = timed([BUILT, "check", "--format", "json"]);
      assert.deepEqual((JSON.parse(stdout) as { judged: { stacks: string[] } }).judged.stacks, ["dr", "primary"]);
      return { seconds, library };
    });
    const [best, library] = [
      Math.min(...runs.map(({ seconds }) => seconds)),
      Math.min(...runs.map((run) => run.library)),
    ];
    assert.ok(
      best <= Math.max(MOST_SECONDS, MOST_LIBRARIES * library),
      runs
        .map(({ seconds, library: beside }) => `${seconds.toFixed(1)} s (a library: ${beside.toFixed(1)} s)`)
        .join(", "),
    );
  });

  it("ends with code 2 on a format that there is not", () => {
    const { status, stderr } = spawnSync(process.execPath, [BUILT, "check", "--format", "yaml"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    assert.equal(status, 2);
    assert.match(
      stderr,
      /'--format <format>' argument 'yaml' is invalid\. Allowed choices are text, json, sarif, markdown\./,
    );
  });
});
