import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shell } from "../../lab/deployment/shell";
import { PROJECT_ROOT } from "../../lab/paths";
import { world, type World } from "./support/world";

describe("the policy pack, on the real engine", () => {
  let w: World;
  before(async () => {
    w = await world();
  });

  it("stops a cache that anybody can reach and nobody has to log in to: exit code 1", async () => {
    const backend = join(w.lab.plan.directory, "open-cache");
    mkdirSync(backend, { recursive: true });
    const config = join(backend, "Pulumi.bad.yaml");
    writeFileSync(config, `config:\n  open-cache:kubeconfig: ${w.deployment.kubeconfig("primary")}\n`);
    const init = join(backend, "init");
    mkdirSync(init, { recursive: true });
    writeFileSync(join(init, "Pulumi.yaml"), "name: open-cache\nruntime: nodejs\n");
    const options = {
      env: { ...w.deployment.env, PULUMI_BACKEND_URL: `file://${backend}` },
      logFile: w.deployment.logFile,
    };
    await shell("pulumi", ["stack", "init", "bad", "--no-select", "--non-interactive"], { ...options, cwd: init });
    const args = ["preview", "--stack", "bad", "--config-file", config, "--non-interactive"];
    const cwd = join(PROJECT_ROOT, "test/e2e/open-cache");
    const alone = await shell("pulumi", args, { ...options, cwd });
    assert.equal(alone.code, 0, alone.stdout + alone.stderr);
    const judged = await shell("pulumi", [...args, "--policy-pack", join(PROJECT_ROOT, "policies")], {
      ...options,
      cwd,
    });
    const said = judged.stdout + judged.stderr;
    assert.equal(judged.code, 1, said);
    for (const rule of ["acl-default-user", "network-default-deny", "network-cache-namespaces"])
      assert.match(said, new RegExp(`\\[mandatory\\].*${rule}`), said);
  });

  it("lets the sites of this project pass", async () => {
    const { code, stdout, stderr } = await w.deployment.preview(
      "primary",
      "--policy-pack",
      "policies",
      "--policy-pack-config",
      "lab/policies.json",
    );
    assert.equal(code, 0, stdout + stderr);
  });
});
