import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { CommandFailure } from "../../../cli/failure";
import { cachedSites, refreshedSites } from "../../../cli/sites/find";
import { parseSiteFile } from "../../../cli/sites/siteFile";

const entry = (site: string, changes: object = {}): object => ({
  site,
  namespace: "cache",
  kubeconfig: `kube/${site}`,
  context: null,
  engine: "redis",
  peers: [site === "dr" ? "primary" : "dr"],
  ...changes,
});
const problems = (work: () => unknown): readonly string[] => {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof CommandFailure, String(error));
    assert.equal(error.code, 2);
    return error.problems;
  }
  return [];
};

describe("the site file", () => {
  const read = (content: unknown): ReturnType<typeof parseSiteFile> =>
    parseSiteFile(typeof content === "string" ? content : JSON.stringify(content), "/etc/x/sites.json");

  it("is read with kubeconfigs beside it", () => {
    const [first] = read({ version: 1, sites: [entry("primary"), entry("dr", { kubeconfig: "/abs", context: "c" })] });
    assert.equal(first?.kubeconfig, "/etc/x/kube/primary");
  });

  it("reports everything that is wrong with it at once", () => {
    assert.deepEqual(
      problems(() =>
        read({
          version: 1,
          sites: [
            entry("Primary", { engine: "mongo", more: 1 }),
            entry("dr", { peers: "primary", namespace: "" }),
            entry("b"),
            entry("b", { context: "" }),
          ],
        }),
      ),
      [
        "/etc/x/sites.json: sites[0].more: unknown key; known are site, namespace, kubeconfig, context, engine, peers",
        '/etc/x/sites.json: sites[0].site: is "Primary", not a site\'s name (a DNS label of at most 32 characters)',
        '/etc/x/sites.json: sites[0].engine: is "mongo", not known to this version (dragonfly, redis)',
        `/etc/x/sites.json: sites[1].namespace: is "", not a namespace's name`,
        '/etc/x/sites.json: sites[1].peers: is "primary", not a list',
        '/etc/x/sites.json: sites[3].context: is "", not null or a text that is not empty',
      ],
    );
    assert.match(
      problems(() => read({ version: 1, sites: [entry("b"), entry("b")] })).join(),
      /site b is there more than once/,
    );
  });

  it("is refused when it is no JSON, of another version, or empty", () => {
    assert.match(problems(() => read("{")).join(), /is no JSON; remove it/);
    assert.match(problems(() => read({ version: 2, sites: [] })).join(), /version is not 1/);
    assert.match(problems(() => read({ version: 1, sites: [] })).join(), /no list with at least one site/);
  });
});

describe("finding the sites", () => {
  let project: string;
  const path = process.env["PATH"];
  /** A stand-in for `pulumi stack output` that answers from files and counts its calls. */
  const outputs = async (stack: string, output: object | null): Promise<void> => {
    await writeFile(join(project, `Pulumi.${stack}.yaml`), "");
    if (output !== null) await writeFile(join(project, `${stack}.out`), JSON.stringify(output));
  };
  const source = (changes: object = {}) => ({ given: null, stacks: null, cwd: join(project, "below"), ...changes });
  const calls = async (): Promise<number> => (await readFile(join(project, "calls"), "utf8").catch(() => "")).length;

  beforeEach(async () => {
    project = await mkdtemp(join(tmpdir(), "dragonfly-dr-"));
    await mkdir(join(project, "below"));
    await writeFile(join(project, "Pulumi.yaml"), "name: x\n");
    const pulumi =
      `#!/bin/sh\nprintf x >> calls\nwhile [ "$1" != --stack ]; do shift; done\nif [ -e "$2.out" ]; then cat ` +
      `"$2.out"; else echo "error: no stack named '$2' found" >&2; exit 255; fi\n`;
    await mkdir(join(project, "bin"));
    await writeFile(join(project, "bin/pulumi"), pulumi);
    await chmod(join(project, "bin/pulumi"), 0o755);
    process.env["PATH"] = `${project}/bin${delimiter}${path}`;
  });
  afterEach(async () => {
    process.env["PATH"] = path;
    await rm(project, { recursive: true });
  });

  it("asks every stack once, writes the file, and does not ask again on the way to a failover", async () => {
    await outputs("primary", { site: entry("primary"), secret: "[secret]" });
    await outputs("dr", { site: entry("dr") });
    const refreshed = await refreshedSites(source());
    assert.deepEqual(
      [refreshed.entries.map((e) => [e.site, e.kubeconfig]), refreshed.warnings],
      [
        [
          ["dr", join(project, "kube/dr")],
          ["primary", join(project, "kube/primary")],
        ],
        [],
      ],
    );
    assert.equal(refreshed.stateFolder, join(project, ".dragonfly-dr"));
    assert.equal(await calls(), 2);
    assert.deepEqual((await cachedSites(source())).entries, refreshed.entries);
    assert.equal(await calls(), 2);
  });

  it("keeps what was known of a stack that cannot be asked, and says so", async () => {
    await outputs("primary", { site: entry("primary") });
    await outputs("dr", { site: entry("dr") });
    await refreshedSites(source());
    await rm(join(project, "dr.out"));
    const again = await refreshedSites(source());
    assert.deepEqual(
      again.entries.map((e) => e.site),
      ["primary", "dr"],
    );
    assert.deepEqual(again.warnings, ["stack dr: pulumi stack output failed: no stack named 'dr' found"]);
  });

  it("reports every stack when no site is known", async () => {
    await outputs("primary", {});
    await outputs("dr", { site: entry("dr", { engine: 7 }) });
    await assert.rejects(cachedSites(source()), (e: unknown) => {
      assert.ok(e instanceof CommandFailure && e.code === 2);
      assert.deepEqual(e.problems, [
        "stack dr: output site.engine: is 7, not known to this version (dragonfly, redis)",
        'stack primary: has no output "site"; run pulumi up -s primary',
      ]);
      return true;
    });
    await assert.rejects(
      cachedSites(source({ given: join(project, "none.json") })),
      /none\.json: there is no such site file/,
    );
  });

  it("asks only the stacks that are named, and nobody where a file is given", async () => {
    await outputs("primary", { site: entry("primary") });
    await outputs("dr", { site: entry("dr") });
    assert.deepEqual(
      (await refreshedSites(source({ stacks: ["dr"] }))).entries.map((e) => e.site),
      ["dr"],
    );
    const given = join(project, "mine.json");
    await writeFile(given, JSON.stringify({ version: 1, sites: [entry("mine")] }));
    assert.deepEqual(
      (await refreshedSites(source({ given }))).entries.map((e) => e.site),
      ["mine"],
    );
    assert.equal(await calls(), 1);
  });
});
