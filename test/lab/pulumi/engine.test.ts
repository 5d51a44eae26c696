import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory, PROJECT_ROOT } from "../../../lab/paths";
import { builtPulumi } from "../../../lab/pulumi/cli";
import { installPulumiHome } from "../../../lab/pulumi/install";
import { FakeApiServer } from "./kubernetes/fakeApiServer";

const PROGRAM = `
import * as k8s from "@pulumi/kubernetes";
import * as random from "@pulumi/random";
const provider = new k8s.Provider("lab", { kubeconfig: process.env.FAKE_KUBECONFIG });
const namespace = new k8s.core.v1.Namespace("cache", { metadata: { name: "cache" } }, { provider });
const password = new random.RandomPassword("password", { length: 24, special: false });
const metadata = { name: "passwords", namespace: namespace.metadata.name };
new k8s.core.v1.Secret("passwords", { metadata, data: { p: password.result } }, { provider });
export const result = password.result;
`;

const PACK = `
import { PolicyPack, validateResourceOfType } from "@pulumi/policy";
import * as random from "@pulumi/random";
const validateResource = validateResourceOfType(random.RandomPassword, ({ length }, _args, report) => {
  if (length < 30) report("make it 30");
});
const policy = { name: "long-passwords", description: "Passwords are long.", enforcementLevel: "mandatory" };
new PolicyPack("pack", { policies: [{ ...policy, validateResource }] });
`;

const FILES: Record<string, string> = {
  "Pulumi.yaml": "name: engine\nruntime: nodejs\nmain: index.ts\n",
  "package.json": '{"name":"engine","version":"1.0.0"}',
  "index.ts": PROGRAM,
  passphrase: "for this test only",
  "pack/PulumiPolicy.yaml": "runtime: nodejs\nmain: index.ts\n",
  "pack/package.json": '{"name":"pack","version":"1.0.0","main":"index.ts"}',
  "pack/index.ts": PACK,
};

describe("the engine with the lab's plugins", function () {
  this.timeout(600_000);
  const api = new FakeApiServer();
  let folder = "";
  let env: NodeJS.ProcessEnv = {};

  before(async function () {
    const pulumiBinary = builtPulumi(cacheDirectory());
    if (!existsSync(pulumiBinary)) {
      console.log(`      skipped: ${pulumiBinary} is not built; build the lab's tools to run these`);
      return this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), "dragonfly-dr-engine-"));
    await mkdir(join(folder, "pack"));
    await mkdir(join(folder, "backend"));
    for (const [path, content] of Object.entries(FILES)) await writeFile(join(folder, path), content);
    await symlink(join(PROJECT_ROOT, "node_modules"), join(folder, "node_modules"));
    await api.start();
    api.status = { phase: "Active" };
    const home = await installPulumiHome({ cacheDir: cacheDirectory(), pulumiBinary });
    env = {
      ...process.env,
      ...home.env,
      PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "passphrase"),
      FAKE_KUBECONFIG: api.kubeconfig,
    };
  });

  after(async () => {
    if (folder === "") return;
    await api.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const pulumi = (...args: string[]): Promise<{ code: number; output: string }> =>
    new Promise((resolve) => {
      execFile("pulumi", args, { cwd: folder, env }, (error, stdout, stderr) => {
        resolve({
          code: typeof error?.code === "number" ? error.code : error === null ? 0 : 1,
          output: stdout + stderr,
        });
      });
    });

  it("runs a TypeScript program, without a warning, and finds nothing to do the second time", async () => {
    await pulumi("stack", "init", "dev");
    const up = await pulumi("up", "--yes", "--stack", "dev");
    assert.equal(up.code, 0, up.output);
    assert.match(up.output, /5 created/);
    assert.doesNotMatch(up.output, /warning/);
    const preview = await pulumi("preview", "--expect-no-changes", "--stack", "dev");
    assert.equal(preview.code, 0, preview.output);
    assert.match(preview.output, /5 unchanged/);
  });

  it("keeps a password the same, applies it, and keeps it out of the plain state", async () => {
    const { output } = await pulumi("stack", "output", "result", "--show-secrets", "--stack", "dev");
    const password = output.trim();
    assert.match(password, /^[A-Za-z0-9]{24}$/);
    assert.deepEqual(api.objects.get("/api/v1/namespaces/cache/secrets/passwords")?.["data"], { p: password });
    const state = await readFile(join(folder, "backend", ".pulumi", "stacks", "engine", "dev.json"), "utf8");
    assert.ok(!state.includes(password));
  });

  it("stops at a mandatory violation of a policy pack in TypeScript", async () => {
    const preview = await pulumi("preview", "--policy-pack", "pack", "--stack", "dev");
    assert.notEqual(preview.code, 0);
    assert.match(preview.output, /\[mandatory\]\s+long-passwords/);
    assert.match(preview.output, /make it 30/);
  });

  it("reports an error of the program once", async () => {
    await writeFile(join(folder, "index.ts"), 'throw new Error("no such site");');
    const preview = await pulumi("preview", "--stack", "dev");
    assert.notEqual(preview.code, 0);
    assert.match(preview.output, /no such site/);
    await writeFile(join(folder, "index.ts"), PROGRAM);
  });

  it("deletes everything", async () => {
    const destroy = await pulumi("destroy", "--yes", "--stack", "dev");
    assert.equal(destroy.code, 0, destroy.output);
    assert.equal(api.objects.size, 0);
  });
});
