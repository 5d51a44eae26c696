import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory, PROJECT_ROOT } from "../../../lab/paths";
import { builtPulumi } from "../../../lab/pulumi/cli";
import { installPulumiHome } from "../../../lab/pulumi/install";
import { renderStackFile, type RenderedResource } from "../../../stacks/render";
import { onDay } from "../../support/onDay";
import { withBundles } from "../fixtures/bundles";
import { TODAY } from "../fixtures/judging";
import { stateOf } from "./state";

const PACK = join(PROJECT_ROOT, "policies");
const PROJECT = "dragonfly-dr";
const PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE_FILE";

interface Answer {
  readonly code: number;
  readonly output: string;
}

/** The engine judges what is there, without the program, a provider or a cluster. */
describe("pulumi policy analyze", function () {
  this.timeout(600_000);
  let folder = "";
  let env: Record<string, string | undefined> = {};
  let resources: readonly RenderedResource[] = [];

  const pulumi = (args: readonly string[], own: Readonly<Record<string, string | undefined>> = env): Promise<Answer> =>
    new Promise((resolve) => {
      execFile(
        "pulumi",
        [...args, "--non-interactive"],
        { cwd: folder, env: own, maxBuffer: 2 ** 26 },
        (error, stdout, stderr) => {
          resolve({
            code: typeof error?.code === "number" ? error.code : error === null ? 0 : 1,
            output: stdout + stderr,
          });
        },
      );
    });

  before(async () => {
    const pulumiBinary = builtPulumi(cacheDirectory());
    assert.ok(existsSync(pulumiBinary), `${pulumiBinary} is not built: run make toolchain`);
    folder = await mkdtemp(join(tmpdir(), "analyze-"));
    await mkdir(join(folder, "backend"));
    await writeFile(join(folder, "passphrase"), "for this test only");
    await writeFile(join(folder, "Pulumi.yaml"), `name: ${PROJECT}\nruntime: nodejs\n`);
    const home = await installPulumiHome({ cacheDir: cacheDirectory(), pulumiBinary });
    env = {
      ...process.env,
      ...home.env,
      ...onDay(TODAY),
      PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
      [PASSPHRASE]: join(folder, "passphrase"),
    };
    ({ resources } = await withBundles((extras) => renderStackFile(join(PROJECT_ROOT, "Pulumi.primary.yaml"), extras)));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** A stack of a file backend that holds what an update would have left; gives its exported state. */
  async function importedStack(stack: string, made: readonly RenderedResource[]): Promise<string> {
    assert.equal((await pulumi(["stack", "init", stack])).code, 0);
    const empty = JSON.parse((await pulumi(["stack", "export", "--stack", stack])).output) as {
      deployment: Record<string, unknown>;
    };
    const state = stateOf(PROJECT, stack, made) as { deployment: Record<string, unknown> };
    // Values are encrypted on the way in by what the stack encrypts with.
    state.deployment["secrets_providers"] = empty.deployment["secrets_providers"];
    const file = join(folder, `${stack}.json`);
    await writeFile(file, JSON.stringify(state));
    const imported = await pulumi(["stack", "import", "--stack", stack, "--file", file]);
    assert.equal(imported.code, 0, imported.output);
    await pulumi(["stack", "export", "--stack", stack, "--file", file]);
    return file;
  }

  it("accepts the state of a good site, from its stack and, its secrets unread, from a file", async () => {
    const file = await importedStack("primary", resources);
    const own = await pulumi(["policy", "analyze", "--policy-pack", PACK, "--stack", "primary"]);
    assert.equal(own.code, 0, own.output);
    assert.match(own.output, /✅ dragonfly-dr@v/);
    // Whoever has the file alone has neither backend nor passphrase.
    const without = { ...env, [PASSPHRASE]: undefined, PULUMI_BACKEND_URL: `file://${join(folder, "nowhere")}` };
    const alone = await pulumi(["policy", "analyze", "--policy-pack", PACK, "--file", file, "--json"], without);
    assert.equal(alone.code, 0, alone.output);
    assert.match(alone.output, /"result":"succeeded"/);
  });

  it("runs from a copy of the pack's folder, with what npm packs of it and its dependencies beside", async () => {
    const { files, dependencies } = JSON.parse(await readFile(join(PACK, "package.json"), "utf8")) as {
      files: readonly string[];
      dependencies: Readonly<Record<string, string>>;
    };
    const own = JSON.parse(await readFile(join(PROJECT_ROOT, "package.json"), "utf8")) as {
      dependencies: Readonly<Record<string, string>>;
    };
    for (const [name, version] of Object.entries(dependencies)) assert.equal(own.dependencies[name], version, name);
    const copied = join(folder, "pack");
    for (const name of [...files, "package.json"]) await cp(join(PACK, name), join(copied, name), { recursive: true });
    await symlink(join(PROJECT_ROOT, "node_modules"), join(copied, "node_modules"));
    const file = await importedStack(
      "copied",
      resources.filter(({ name }) => name !== "cache-network-default-deny"),
    );
    const { code, output } = await pulumi(["policy", "analyze", "--policy-pack", copied, "--file", file]);
    assert.notEqual(code, 0);
    assert.match(output, /network-default-deny/);
  });

  it("ends with code 1 on a mandatory violation, and names it without a secret", async () => {
    const broken = resources
      .filter(({ name }) => name !== "cache-network-default-deny")
      .map((each) => (each.type.endsWith(":StatefulSet") ? { ...each, props: withVariable(each.props) } : each));
    await importedStack("broken", broken);
    const { code, output } = await pulumi(["policy", "analyze", "--policy-pack", PACK, "--stack", "broken", "--json"]);
    assert.notEqual(code, 0);
    const events = output
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map(
        (line) => (JSON.parse(line) as { policyEvent?: { policyName: string; enforcementLevel: string } }).policyEvent,
      );
    const mandatory = new Set(
      events.flatMap((event) => (event?.enforcementLevel === "mandatory" ? [event.policyName] : [])),
    );
    for (const name of ["network-default-deny", "acl-secrets-in-plain"]) assert.ok(mandatory.has(name), output);
    assert.doesNotMatch(output, /hunter2/);
  });
});

function withVariable(props: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const copy = structuredClone(props) as { spec: { template: { spec: { containers: { env?: object[] }[] } } } };
  copy.spec.template.spec.containers[0]?.env?.push({ name: "REDIS_PASSWORD", value: "hunter2" });
  return copy as unknown as Readonly<Record<string, unknown>>;
}
