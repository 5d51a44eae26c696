import assert from "node:assert/strict";
import { checkObject } from "../../../../lab/pulumi/kubernetes/check";
import { type PropertyMap, Secret, UNKNOWN } from "../../../../lab/pulumi/plugin/propertyValues";

const SEED = new Uint8Array([1, 2, 3]);

function check(type: string, newInputs: PropertyMap, oldInputs?: PropertyMap, seed = SEED) {
  return checkObject({ urn: "", type, name: "passwords", oldInputs, newInputs, randomSeed: seed }, "cache");
}

describe("checked inputs", () => {
  it("have a type and a namespace", () => {
    assert.deepEqual(check("kubernetes:core/v1:ConfigMap", { metadata: { name: "site" } }), {
      inputs: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "site", namespace: "cache" } },
      failures: [],
    });
    assert.deepEqual(check("kubernetes:core/v1:Namespace", { metadata: { name: "cache" } }).inputs["metadata"], {
      name: "cache",
    });
    assert.deepEqual(
      check("kubernetes:core/v1:Pod", { metadata: { name: "p", namespace: UNKNOWN } }).inputs["metadata"],
      { name: "p", namespace: UNKNOWN },
    );
  });

  it("leave the namespace of a custom resource alone: its scope is not known yet", () => {
    assert.deepEqual(check("kubernetes:dragonflydb.io/v1:Dragonfly", { metadata: { name: "d" } }).inputs["metadata"], {
      name: "d",
    });
  });

  it("get a name of their own, the same in preview and update", () => {
    const first = check("kubernetes:core/v1:Secret", {}).inputs;
    assert.deepEqual(first["metadata"], check("kubernetes:core/v1:Secret", {}).inputs["metadata"]);
    const { name, annotations } = first["metadata"] as PropertyMap;
    assert.match(String(name), /^passwords-[0-9a-f]{7}$/);
    assert.deepEqual(annotations, { "pulumi.com/autonamed": "true" });
    assert.notDeepEqual(
      first["metadata"],
      check("kubernetes:core/v1:Secret", {}, undefined, new Uint8Array([4])).inputs["metadata"],
    );
  });

  it("keep a name that was made before, and only such a one", () => {
    const before = check("kubernetes:core/v1:Secret", {}).inputs;
    const after = check(
      "kubernetes:core/v1:Secret",
      { metadata: { annotations: { a: "b" } } },
      before,
      new Uint8Array([9]),
    ).inputs;
    assert.equal((after["metadata"] as PropertyMap)["name"], (before["metadata"] as PropertyMap)["name"]);
    const given = check("kubernetes:core/v1:Secret", {}, { metadata: { name: "given" } }).inputs;
    assert.notEqual((given["metadata"] as PropertyMap)["name"], "given");
  });

  it("hide what a Secret holds", () => {
    const { inputs } = check("kubernetes:core/v1:Secret", {
      metadata: { name: "s" },
      data: { a: "YQ==" },
      stringData: new Secret({ b: "b" }),
    });
    assert.deepEqual([inputs["data"], inputs["stringData"]], [new Secret({ a: "YQ==" }), new Secret({ b: "b" })]);
  });

  it("are refused with another type, and with generateName", () => {
    const { failures } = check("kubernetes:apps/v1:StatefulSet", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { generateName: "x-" },
    });
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["apiVersion", "kind", "metadata.generateName"],
    );
  });
});
