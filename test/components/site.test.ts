import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Credentials } from "../../components/credentials";
import { readBundle } from "../../components/bundle";
import { SettingsError } from "../../components/problems";
import type { SiteArgs } from "../../components/settings/args";
import { Site } from "../../components/site";
import { renderStack, type RenderedResource } from "../../stacks/render";
import type { RecordedResource } from "../../stacks/render/recordingMonitor";
import type { SiteConfig } from "../../stacks/siteConfig";
import { renderWith } from "./renderWith";
import { settingsOf } from "./settingsOf";

const alone: SiteArgs = { site: "primary", network: { apiServer: { cidr: "10.0.0.0/24" } } };
const pair: SiteArgs = {
  ...alone,
  peers: [{ site: "dr", address: "link.example.com" }],
  network: { apiServer: { cidr: "10.0.0.0/24" }, peerCidrs: ["192.0.2.0/24"] },
};

describe("a site", function () {
  this.timeout(120_000);
  const directory = mkdtempSync(join(tmpdir(), "site-"));
  const guardBundle = join(directory, "guard.cjs");
  before(() => writeFileSync(guardBundle, "// one\n"));
  after(() => rmSync(directory, { recursive: true, force: true }));

  const render = async (
    args: SiteArgs,
    rest: Omit<SiteConfig, "settings"> = {},
  ): Promise<readonly RenderedResource[]> =>
    (await renderStack("test", { settings: settingsOf(args), ...rest }, { guardBundle })).resources;
  const one = (resources: readonly RecordedResource[], kind: string, name: string): Record<string, unknown> => {
    const found = resources.find(
      ({ type, props }) =>
        type.endsWith(`:${kind}`) && (props["metadata"] as { name?: string } | undefined)?.name === name,
    );
    assert.ok(found, `${kind} ${name}`);
    return found.props as Record<string, unknown>;
  };
  const kinds = (resources: readonly RenderedResource[]): readonly string[] =>
    resources.map(
      ({ type, props }) =>
        `${type.split(":").at(-1)} ${(props["metadata"] as { name?: string } | undefined)?.name ?? ""}`,
    );

  it("tells a library's user everything that is wrong with it, at once", () => {
    assert.throws(
      () =>
        new Site("cache", {
          site: "A",
          network: { apiServer: { cidr: "" } },
          users: [{ name: "x", keys: ["x:"], commands: [] }],
          guardBundle,
        }),
      (error: unknown) =>
        error instanceof SettingsError &&
        ["site", "users[0].keys[0]", "network.apiServer.cidr"].every((key) =>
          error.problems.some((problem) => problem.key === key),
        ),
    );
  });

  it("needs the guard to be built, and says how", () => {
    assert.throws(() => readBundle("guard", join(directory, "none.cjs")), /none\.cjs; run "npm run build"/);
  });

  it("has no link where it is alone, and may make its own role there only", async () => {
    const resources = await render(alone);
    for (const name of ["Service dragonfly-link", "Service dragonfly-source"])
      assert.ok(!kinds(resources).includes(name), name);
    const verbs = (rendered: readonly RenderedResource[]): string =>
      JSON.stringify(one(rendered, "Role", "dragonfly")["rules"]);
    assert.match(verbs(resources), /"create"/);
    assert.doesNotMatch(verbs(await render(pair)), /"create"/);
    assert.doesNotMatch(verbs(await render(pair)), /"\*"|"delete"|secrets/);
  });

  it("tells the guard its peers, its users and no password", async () => {
    const data = one(await render(pair), "ConfigMap", "dragonfly-site")["data"] as Record<string, string>;
    const site = JSON.parse(data["site.json"] ?? "") as {
      peers: unknown;
      users: readonly { name: string }[];
      dbfilename: string;
    };
    assert.deepEqual(site.peers, [{ site: "dr", host: "dragonfly-source", serverPort: 6381, guardPort: 9981 }]);
    assert.deepEqual(
      site.users.map(({ name }) => name),
      ["keycloak", "appcache", "litellm", "langfuse", "heimdall", "guard", "replication", "monitoring"],
    );
    assert.equal(site.dbfilename, "dump-{timestamp}");
    assert.doesNotMatch(data["site.json"] ?? "", /rendered-|password":/);
  });

  it("names the guard's bundle and the gateway's configuration after their content", async () => {
    const named = (rendered: readonly RenderedResource[], prefix: string): readonly string[] =>
      kinds(rendered).filter((each) => each.startsWith(`ConfigMap ${prefix}`));
    const before = await render(pair);
    writeFileSync(guardBundle, "// two\n");
    const after = await render({ ...pair, gateway: { threads: 4 } });
    assert.notDeepEqual(named(before, "dragonfly-guard-"), named(after, "dragonfly-guard-"));
    assert.notDeepEqual(named(before, "dragonfly-gateway-"), named(after, "dragonfly-gateway-"));
  });

  it("keeps every password in Secrets, out of arguments, environment and ConfigMaps", async () => {
    for (const engine of ["dragonfly", "redis"] as const) {
      for (const { type, props } of await render({ ...pair, server: { engine } })) {
        if (type.endsWith(":Secret") || type.startsWith("random:") || type.startsWith("dragonfly-dr:")) continue;
        assert.doesNotMatch(JSON.stringify(props), /rendered-cache-password/, type);
      }
    }
  });

  it("lets no restart come from a changed user or password", async () => {
    const set = async (args: SiteArgs): Promise<unknown> => one(await render(args), "StatefulSet", "dragonfly");
    const other: SiteArgs = {
      ...pair,
      defaultUser: "password",
      users: [{ name: "new", keys: ["new:*"], commands: ["+@all"] }],
      snapshots: { cron: "" },
      guard: { onPeerUnreachable: "serve" },
    };
    assert.deepEqual(await set(other), await set(pair));
  });

  it("says which user the owner of the passwords does not know", async () => {
    const { passwords } = new Credentials("test", { users: ["a", "b"], given: { a: "x" } });
    await assert.rejects(
      new Promise((resolve, reject) => {
        (passwords as unknown as { promise(): Promise<unknown> }).promise().then(resolve, reject);
      }),
      (error: Error) => /no password for "b"/.test(error.message) && !error.message.includes('"x"'),
    );
  });

  it("passes every object that it makes through the transforms of its kind", async () => {
    const resources = await renderWith(
      () =>
        new Site("cache", {
          ...pair,
          guardBundle,
          transforms: {
            StatefulSet: (set) => ({ ...set, metadata: { name: "dragonfly", labels: { own: "label" } } }),
            ServiceAccount: (account, name) => (name === "dragonfly-gateway" ? { ...account, secrets: [] } : account),
          },
        }),
    );
    assert.deepEqual(one(resources, "StatefulSet", "dragonfly")["metadata"], {
      name: "dragonfly",
      labels: { own: "label" },
    });
    assert.deepEqual(one(resources, "ServiceAccount", "dragonfly-gateway")["secrets"], []);
    assert.equal(one(resources, "ServiceAccount", "dragonfly")["secrets"], undefined);
  });
});
