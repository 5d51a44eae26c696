import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderStackFile, type RenderedResource, type RenderedStack } from "../../stacks/render";
import { manifestOf } from "./manifest";

const root = join(__dirname, "../..");
const stacks = {
  primary: "Pulumi.primary.yaml",
  dr: "Pulumi.dr.yaml",
  "lab-primary": "lab/Pulumi.primary.yaml",
  "lab-dr": "lab/Pulumi.dr.yaml",
  "example-aws": "examples/aws/Pulumi.primary.yaml",
  "example-on-premises": "examples/on-premises/Pulumi.primary.yaml",
};

describe("the shipped stacks", function () {
  this.timeout(180_000);
  const directory = mkdtempSync(join(tmpdir(), "golden-"));
  const guardBundle = join(directory, "guard.cjs");
  const resolverBundle = join(directory, "resolver.cjs");
  const snapshotsBundle = join(directory, "snapshots.cjs");
  before(() => {
    writeFileSync(guardBundle, "// the guard\n");
    writeFileSync(resolverBundle, "// the resolver\n");
    writeFileSync(snapshotsBundle, "// the snapshots\n");
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  const render = (file: string): Promise<RenderedStack> =>
    renderStackFile(join(root, file), { guardBundle, resolverBundle, snapshotsBundle });

  for (const [name, file] of Object.entries(stacks)) {
    it(`${file} makes what test/golden/${name}.yaml says (UPDATE_GOLDEN=1 writes it)`, async () => {
      const expected = join(root, "test/golden", `${name}.yaml`);
      const actual = manifestOf(await render(file));
      if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(expected, actual);
      assert.ok(existsSync(expected), `${expected} is missing`);
      assert.equal(actual, readFileSync(expected, "utf8"));
    });
  }

  it("show no password in any manifest", async () => {
    for (const file of Object.values(stacks)) assert.doesNotMatch(manifestOf(await render(file)), /rendered-/);
  });

  it("hold every rule of pod security and of a site", async () => {
    for (const file of Object.values(stacks)) {
      const { resources } = await render(file);
      const ofKind = (kind: string): readonly RenderedResource[] =>
        resources.filter(({ type }) => type.endsWith(`:${kind}`));
      const drills = ofKind("CronJob").map((resource) =>
        at(resource.props, "spec", "jobTemplate", "spec", "template", "spec"),
      );
      const served = [...ofKind("StatefulSet"), ...ofKind("Deployment")].map((resource) =>
        at(resource.props, "spec", "template", "spec"),
      );
      assert.equal(served.length, file.startsWith("examples/") ? 2 : 3, "server, gateway, resolver");
      const pods = [...served, ...drills];
      for (const pod of pods) {
        assert.equal(at(pod, "securityContext", "runAsNonRoot"), true);
        assert.equal(at(pod, "automountServiceAccountToken"), false);
        assert.equal(at(pod, "enableServiceLinks"), false);
        for (const container of ["initContainers", "containers"].flatMap((place) =>
          Object.values((at(pod, place) ?? {}) as object),
        )) {
          assert.equal(at(container, "securityContext", "allowPrivilegeEscalation"), false);
          assert.equal(at(container, "securityContext", "readOnlyRootFilesystem"), true);
          assert.deepEqual(at(container, "securityContext", "capabilities", "drop"), ["ALL"]);
          assert.ok(at(container, "resources", "limits", "memory"));
          assert.ok(at(container, "resources", "requests", "cpu"));
        }
      }
      assert.equal(ofKind("SiteRole").length, 0, "a role is state, not configuration");
      const kept = resources
        .filter(({ type, retainOnDelete }) => retainOnDelete && type.startsWith("kubernetes:"))
        .map(({ type }) => type.split(":").at(-1));
      const bundles = ofKind("CronJob").length > 0 ? ["ConfigMap", "ConfigMap"] : ["ConfigMap"];
      assert.deepEqual(kept.sort(), [...bundles, "CustomResourceDefinition"]);
    }
  });

  it("leave the passwords to one owner, who protects those that no configuration takes away", async () => {
    const owner = (await render(stacks.primary)).resources.filter(({ type }) => type.startsWith("random:"));
    assert.ok(owner.length >= 9);
    const names = owner.filter(({ protect }) => protect).map(({ name }) => name.replace("cache-password-", ""));
    assert.deepEqual(names.sort(), ["default", "guard", "monitoring", "replication"]);
    assert.deepEqual(
      (await render(stacks.dr)).resources.filter(({ type }) => type.startsWith("random:")),
      [],
    );
  });
});

/** A value deep in a rendering; undefined where the way ends. */
function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, key) => (typeof found === "object" && found !== null ? (found as Record<string, unknown>)[key] : undefined),
    value,
  );
}
