import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "../support/ports";

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command as a shell runs it. */
describe("the command line", function () {
  this.timeout(180_000);
  const main = resolve("cli/main.ts");
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "dragonfly-dr-"))));
  afterEach(() => rm(folder, { recursive: true }));

  const call = (...args: string[]): Promise<Ended> =>
    new Promise((done) => {
      const env = { ...process.env, DRAGONFLY_DR_SITES: "", TSX_TSCONFIG_PATH: resolve("tsconfig.json") };
      execFile(
        process.execPath,
        ["--import", require.resolve("tsx"), main, ...args],
        { cwd: folder, env },
        (error, out, err) => done({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
      );
    });
  const sites = async (port: number): Promise<string> => {
    const config = {
      "current-context": "x",
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      clusters: [{ name: "c", cluster: { server: `https://127.0.0.1:${port}` } }],
      users: [{ name: "u", user: { token: "t" } }],
    };
    await writeFile(join(folder, "kubeconfig"), JSON.stringify(config));
    const entry = (site: string, peer: string) => ({
      site,
      namespace: "cache",
      kubeconfig: "kubeconfig",
      context: null,
      engine: "redis",
      peers: [peer],
    });
    await writeFile(
      join(folder, "sites.json"),
      JSON.stringify({ version: 1, sites: [entry("primary", "dr"), entry("dr", "primary")] }),
    );
    return "sites.json";
  };

  it("lists the commands that exist", async () => {
    const { code, out } = await call("--help");
    assert.equal(code, 0);
    assert.deepEqual(
      [...out.matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map((m) => m[1]),
      [
        "init",
        "status",
        "switchover",
        "failover",
        "failback",
        "serve",
        "peer-lost",
        "snapshot",
        "restore",
        "drill",
        "receipts",
        "render",
        "check",
      ],
    );
  });

  it("ends with 2 on what it cannot read, and touches nothing", async () => {
    const cases: [string[], RegExp][] = [
      [["promote"], /unknown command 'promote'/],
      [["switchover"], /required option '--to <site>' not specified/],
      [["failover", "--to", "DR"], /'DR' is invalid. not a site's name/],
      [["switchover", "--to", "dr", "--timeout", "soon"], /'soon' is invalid. not a time above 0/],
      [["serve", "--site", "dr"], /required option '--accept-loss' not specified/],
      [["switchover", "--to", "dr"], /no Pulumi project with stacks here/],
      [["switchover", "--to", "dr", "--sites", "none.json"], /none\.json: there is no such site file/],
    ];
    for (const [args, message] of cases) {
      const { code, err, out } = await call(...args);
      assert.deepEqual([code, out], [2, ""], args.join(" "));
      assert.match(err, message);
    }
    assert.deepEqual(await readdir(folder), []);
  });

  it("says in one line which region does not answer and where it is, as text and as JSON", async () => {
    const port = await freePort();
    const file = await sites(port);
    const line =
      `site dr: https://127.0.0.1:${port} does not answer (ECONNREFUSED); only a site whose API server answers ` +
      "can be promoted";
    const text = await call("failover", "--to", "dr", "--sites", file);
    assert.deepEqual([text.code, text.out, text.err], [1, "", `dragonfly-dr: nothing was changed:\n  ${line}\n`]);
    const json = await call("failover", "--to", "dr", "--sites", file, "--json");
    assert.deepEqual(JSON.parse(json.out), { error: { code: 1, problems: [line], nextStep: null } });
    assert.equal((await call("status", "--sites", file)).code, 1);
  });

  it("renders a stack as a list of resources, and names what is wrong with its configuration", async () => {
    const { code, out } = await call("render", "--stack", "east", "--config-file", resolve("Pulumi.dr.yaml"));
    assert.equal(code, 0);
    const resources = JSON.parse(out) as { type: string; name: string; props: object; stack: string }[];
    assert.ok(resources.some((r) => r.type === "kubernetes:apps/v1:StatefulSet"));
    assert.ok(resources.every((r) => r.stack === "east" && typeof r.name === "string" && typeof r.props === "object"));
    await writeFile(join(folder, "Pulumi.bad.yaml"), "config:\n  dragonfly-dr:sight: dr\n");
    const bad = await call("render", "--stack", "bad", "--config-file", "Pulumi.bad.yaml");
    assert.equal(bad.code, 2);
    assert.match(bad.err, /^ {2}Pulumi\.bad\.yaml: sight: /m);
    assert.match((await call("render", "--stack", "none")).err, /Pulumi\.none\.yaml: there is no such file/);
  });
});
