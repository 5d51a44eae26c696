import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "../..");
const modules = join(root, "node_modules");
/** What the package is built from: a build in the checkout itself would take its dist/ from under other tests. */
const sources = [
  "components",
  "stacks",
  "cli",
  "policies",
  "server",
  "guard",
  "resolver",
  "snapshots",
  "contract",
  "docs",
  "README.md",
  "build.mjs",
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
];

const program = `
import * as pulumi from "@pulumi/pulumi";
import { Site, SettingsError, type SiteArgs } from "dragonfly-dr";

const args: SiteArgs = {
  site: "berlin",
  environment: "lab",
  peers: [{ site: "paris", address: "link.paris.example.com" }],
  users: [{ name: "shop", keys: ["shop:*"], commands: ["+@all", "-@dangerous"] }],
  network: { apiServer: { cidr: "10.0.0.0/24" }, peerCidrs: ["192.0.2.0/24"] },
};

async function main(): Promise<void> {
  const made: string[] = [];
  await pulumi.runtime.setMocks({
    call: ({ inputs }) => inputs,
    newResource: ({ type, name, inputs }) => {
      made.push(type);
      return { id: name, state: { ...inputs, result: "x".repeat(32) } };
    },
  });
  const site = new Site("cache", args);
  await new Promise((resolve) => site.passwords.apply(resolve));
  await pulumi.runtime.disconnect();
  let refused = 0;
  try {
    new Site("broken", { ...args, site: "Berlin!" });
  } catch (error) {
    if (error instanceof SettingsError) refused = error.problems.length;
  }
  console.log(JSON.stringify({ made, refused, site: site.settings.site }));
}

void main();
`;

describe("the published package", function () {
  this.timeout(900_000);
  this.slow(120_000);
  const directory = mkdtempSync(join(tmpdir(), "package-"));
  after(() => rmSync(directory, { recursive: true, force: true }));

  it("installs in a project whose own program imports the site and renders it", () => {
    const checkout = join(directory, "checkout");
    mkdirSync(checkout);
    for (const source of sources.filter((each) => existsSync(join(root, each))))
      cpSync(join(root, source), join(checkout, source), { recursive: true });
    symlinkSync(modules, join(checkout, "node_modules"));
    execFileSync("npm", ["pack", "--pack-destination", directory], { cwd: checkout, stdio: "pipe" });
    const [tarball] = readdirSync(directory).filter((name) => name.endsWith(".tgz"));
    assert.ok(tarball);

    const project = join(directory, "project");
    mkdirSync(join(project, "node_modules/dragonfly-dr"), { recursive: true });
    execFileSync("tar", [
      "-xzf",
      join(directory, tarball),
      "--strip-components=1",
      "-C",
      join(project, "node_modules/dragonfly-dr"),
    ]);
    // Its dependencies, as an installation would put them beside it, without asking a registry.
    for (const name of readdirSync(modules).filter((each) => !each.startsWith(".")))
      symlinkSync(join(modules, name), join(project, "node_modules", name));
    writeFileSync(
      join(project, "package.json"),
      JSON.stringify({ name: "own-project", private: true, dependencies: { "dragonfly-dr": `file:../${tarball}` } }),
    );
    writeFileSync(
      join(project, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          target: "es2022",
          module: "node16",
          moduleResolution: "node16",
          skipLibCheck: true,
          noEmit: true,
          types: ["node"],
        },
        include: ["index.ts"],
      }),
    );
    writeFileSync(join(project, "index.ts"), program);
    execFileSync(process.execPath, [join(modules, "typescript/bin/tsc"), "-p", project], { stdio: "pipe" });
    const output = execFileSync(process.execPath, ["--import", "tsx", "index.ts"], { cwd: project, encoding: "utf8" });

    const { made, refused, site } = JSON.parse(output.trim().split("\n").at(-1) ?? "") as {
      made: readonly string[];
      refused: number;
      site: string;
    };
    assert.equal(site, "berlin");
    assert.equal(refused, 1);
    for (const kind of [
      "apps/v1:StatefulSet",
      "apps/v1:Deployment",
      "networking.k8s.io/v1:NetworkPolicy",
      "core/v1:Secret",
    ])
      assert.ok(made.includes(`kubernetes:${kind}`), kind);
    assert.equal(made.filter((type) => type.startsWith("random:")).length, 5);
  });
});
