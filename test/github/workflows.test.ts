import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { COMMANDS } from "../../cli/commands";
import { FORMATS } from "../../cli/check/report";
import { BUILD_TIMEOUT, goTool } from "../policies/goTools";

const ROOT = join(__dirname, "../..");
const FOLDER = join(ROOT, ".github/workflows");
const files = readdirSync(FOLDER).map((file) => join(FOLDER, file));

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly strategy?: { readonly matrix: { readonly stack: readonly string[] } };
        readonly steps: readonly { readonly run?: string; readonly uses?: string; readonly if?: string }[];
      }
    >
  >;
}

describe("workflows", function () {
  this.timeout(BUILD_TIMEOUT);
  let actionlint = "";
  // Other linters would be run where a machine happens to have them.
  const lint = (file: string) =>
    spawnSync(actionlint, ["-shellcheck=", "-pyflakes=", file], { encoding: "utf8", cwd: ROOT });

  before(async () => void (actionlint = await goTool("actionlint")));

  for (const file of files) {
    it(`${file.slice(ROOT.length + 1)} has nothing that actionlint finds fault with`, () => {
      const { status, stdout, stderr } = lint(file);
      assert.equal(status, 0, stdout + stderr);
    });
  }

  it("would not pass with an expression that leads nowhere", () => {
    const folder = mkdtempSync(join(tmpdir(), "workflow-"));
    try {
      const broken = join(folder, "broken.yml");
      writeFileSync(
        broken,
        readFileSync(join(FOLDER, "pull-request.yml"), "utf8").replace(
          "steps.judge.outputs.code",
          "steps.jugde.outputs.code",
        ),
      );
      const { status, stdout } = lint(broken);
      assert.equal(status, 1);
      assert.match(stdout, /jugde/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  describe("pull-request.yml", () => {
    const { jobs, permissions } = parse(readFileSync(join(FOLDER, "pull-request.yml"), "utf8")) as Workflow;
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run }) => run ?? ""));

    it("runs commands and formats that there are", () => {
      const calls = commands.flatMap((run) => [...run.matchAll(/dist\/cli\/main\.js (\S+) --format (\S+)/g)]);
      assert.deepEqual(
        calls.map(([, name, format]) => [name, format]),
        [
          ["check", "sarif"],
          ["check", "markdown"],
        ],
      );
      assert.ok(COMMANDS.some(({ name }) => name === "check"));
      for (const [, , format] of calls) assert.ok(FORMATS.some((each) => each === format));
    });

    it("previews each of the root's stacks with the pack, in credentials' presence only", () => {
      const stacks = readdirSync(ROOT).flatMap((file) => /^Pulumi\.(\w+)\.yaml$/.exec(file)?.[1] ?? []);
      const preview = jobs["preview"];
      assert.deepEqual([...(preview?.strategy?.matrix.stack ?? [])].sort(), stacks.sort());
      const [look, ...rest] = preview?.steps ?? [];
      assert.equal(look?.if, undefined);
      assert.ok(rest.length > 0 && rest.every((step) => step.if === "steps.credentials.outputs.there == 'true'"));
      assert.ok(rest.some(({ run }) => run?.includes("--policy-pack policies")));
    });

    it("may read, and puts nothing of a pull request into a shell's text", () => {
      assert.deepEqual(permissions, { contents: "read" });
      for (const run of commands) assert.doesNotMatch(run, /\$\{\{/);
    });
  });
});
