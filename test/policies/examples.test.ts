import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { onDay } from "../support/onDay";
import { TODAY } from "./fixtures/judging";

const root = join(__dirname, "../..");

/** Exit code of the check of an example, as a reader would run it. */
const check = (file: string): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const args = [
      "--import",
      "tsx",
      join(root, "cli/main.ts"),
      "check",
      "--stack",
      "primary",
      "--config-file",
      join(root, file),
    ];
    execFile(process.execPath, args, { cwd: root, env: { ...process.env, ...onDay(TODAY) } }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr }),
    );
  });

describe("the examples", function () {
  this.timeout(180_000);
  for (const file of ["examples/aws/Pulumi.primary.yaml", "examples/on-premises/Pulumi.primary.yaml"]) {
    it(`${file} passes every policy`, async () => {
      const { code, output } = await check(file);
      assert.equal(code, 0, output);
      assert.match(output, / 0 mandatory/);
    });
  }
});
