import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeApi } from "../../lab/cluster/kubeApi";
import { monitoringKinds } from "../../lab/monitoring/kinds";
import { waitFor } from "../../lab/process/waitFor";
import { Cluster } from "../../lab/pulumi/kubernetes/cluster";
import { readConfiguration } from "../../lab/pulumi/kubernetes/configuration";
import { kindOf } from "../../lab/pulumi/kubernetes/kinds";
import { Objects } from "../../lab/pulumi/kubernetes/objects";
import { referenceOf, wireObject } from "../../lab/pulumi/kubernetes/wireObject";
import type { Json, JsonObject, PropertyMap } from "../../lab/pulumi/plugin/propertyValues";
import { renderStackFile, type RenderedResource } from "../../stacks/render";
import { BareApiServer } from "../support/bareApiServer";

const root = join(__dirname, "../..");
const STACKS = [
  "Pulumi.primary.yaml",
  "Pulumi.dr.yaml",
  "lab/Pulumi.primary.yaml",
  "lab/Pulumi.dr.yaml",
  "examples/aws/Pulumi.primary.yaml",
  "examples/on-premises/Pulumi.primary.yaml",
];

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Where `kept` is not what was sent; what the API server adds is no difference. */
function differences(sent: Json, kept: Json | undefined, at: string): string[] {
  if (isObject(sent) && isObject(kept) && Object.keys(sent).length > 0)
    return Object.entries(sent).flatMap(([key, value]) => differences(value, kept[key], `${at}.${key}`));
  if (Array.isArray(sent) && Array.isArray(kept) && sent.length === kept.length && sent.length > 0)
    return sent.flatMap((value, i) => differences(value, kept[i], `${at}[${i}]`));
  const [before, after] = [JSON.stringify(sent), JSON.stringify(kept) ?? "nothing"];
  return before === after ? [] : [`${at}: sent ${before.slice(0, 80)}, kept ${after.slice(0, 80)}`];
}

/**
 * Every preview compares what a stack says with what the API server keeps: a value that it drops or changes would be a
 * change in every one of them.
 */
describe("every object of the shipped stacks, at a real API server", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "accepted-"));
  let server: BareApiServer;
  let objects: Objects;
  const bundle = (name: string): string => {
    const file = join(folder, name);
    writeFileSync(file, "// a bundle\n");
    return file;
  };
  const bundles = {
    guardBundle: bundle("guard.cjs"),
    resolverBundle: bundle("resolver.cjs"),
    snapshotsBundle: bundle("snapshots.cjs"),
  };

  before(async () => {
    server = await BareApiServer.start();
    const api = new KubeApi(server.kubeconfig);
    try {
      for (const { path, object } of monitoringKinds()) await api.apply(path, object);
      const isServed = async (): Promise<boolean> => {
        const kinds = JSON.stringify((await api.get("/apis/monitoring.coreos.com/v1")) ?? "");
        return kinds.includes('"podmonitors"') && kinds.includes('"prometheusrules"');
      };
      await waitFor(isServed, { what: "the Prometheus Operator's kinds", deadlineMs: 60_000 });
    } finally {
      api.close();
    }
    objects = new Objects(new Cluster(readConfiguration({ kubeconfig: server.kubeconfig }).address));
  });
  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const kept = async (resource: RenderedResource, run: "preview" | "update"): Promise<string[]> => {
    const object = wireObject(resource.props as PropertyMap);
    assert.ok(object !== undefined, resource.name);
    const reference = referenceOf(kindOf(resource.type), object);
    const answer = await objects.apply(reference, object, { fieldManager: "test", conflicts: "take over", run });
    return differences(object, answer.object, `${String(object["kind"])} ${reference.name}`);
  };

  for (const file of STACKS) {
    it(`${file}: keeps what was sent`, async () => {
      const { resources } = await renderStackFile(join(root, file), bundles);
      const own = resources.filter(({ type }) => /^kubernetes:.*\/v\d/.test(type));
      assert.ok(own.length > 20, `only ${own.length} objects`);
      const found: string[] = [];
      const first = own.filter(({ type }) => /:(Namespace|CustomResourceDefinition)$/.test(type));
      for (const resource of first) found.push(...(await kept(resource, "update")));
      for (const resource of own.filter((each) => !first.includes(each)))
        found.push(...(await kept(resource, "preview")));
      assert.deepEqual(found, []);
    });
  }
});
