import assert from "node:assert/strict";
import fc from "fast-check";
import { type DiffSides, diffObjects } from "../../../../lab/pulumi/kubernetes/diff";
import { immutableFields } from "../../../../lab/pulumi/kubernetes/immutableFields";
import { kindOf } from "../../../../lab/pulumi/kubernetes/kinds";
import { type Json, type JsonObject, type PlainObject, UNKNOWN } from "../../../../lab/pulumi/plugin/propertyValues";

const MUTABILITY = { configMaps: "replace", secrets: "replace" } as const;

function changes(
  type: string,
  sides: DiffSides,
  settings: Parameters<typeof immutableFields>[2] = MUTABILITY,
): string[] {
  const found = diffObjects(sides, immutableFields(kindOf(type), sides.newInputs, settings));
  return found.map(({ path, kind, effect }) => `${kind} ${path}${effect === "replace" ? " (replace)" : ""}`);
}

/** The object as the program said it, with what an API server adds. */
function accepted(inputs: JsonObject): JsonObject {
  return {
    ...inputs,
    metadata: { uid: "u", resourceVersion: "1", ...(inputs["metadata"] as JsonObject) },
    status: { phase: "Active" },
  };
}

const metadata = { name: "dragonfly", namespace: "cache" };
const statefulSet = (spec: JsonObject): JsonObject => ({ apiVersion: "apps/v1", kind: "StatefulSet", metadata, spec });

describe("a diff of an object", () => {
  it("is empty for what the API server has filled in", () => {
    const inputs = statefulSet({ replicas: 1, template: { spec: { containers: [{ name: "server", image: "a" }] } } });
    const live = accepted(
      statefulSet({
        replicas: 1,
        podManagementPolicy: "OrderedReady",
        template: {
          spec: { dnsPolicy: "ClusterFirst", containers: [{ name: "server", image: "a", imagePullPolicy: "Always" }] },
        },
      }),
    );
    assert.deepEqual(changes("kubernetes:apps/v1:StatefulSet", { oldInputs: inputs, live, newInputs: inputs }), []);
  });

  it("is empty for any unchanged inputs that were accepted as they are", () => {
    const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);
    fc.assert(
      fc.property(json, (spec) => {
        const inputs: JsonObject = { apiVersion: "a.io/v1", kind: "A", metadata, spec };
        assert.deepEqual(
          changes("kubernetes:a.io/v1:A", { oldInputs: inputs, live: accepted(inputs), newInputs: inputs }),
          [],
        );
      }),
    );
  });

  describe("of a definition or a custom resource", () => {
    const crd = (schema: JsonObject): JsonObject => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "a" },
      spec: { schema },
    });
    const type = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
    const seen = (said: JsonObject, kept: JsonObject): string[] => {
      const inputs = crd(said);
      return changes(type, { oldInputs: inputs, live: accepted(crd(kept)), newInputs: inputs });
    };

    it("shows in every preview what the API server dropped: an empty list, an empty map, a zero, a whole part", () => {
      assert.deepEqual(seen({ required: [] }, {}), ["update spec.schema.required"]);
      assert.deepEqual(seen({ properties: {} }, {}), ["update spec.schema.properties"]);
      assert.deepEqual(seen({ priority: 0 }, {}), ["update spec.schema.priority"]);
      assert.deepEqual(seen({ a: { b: ["x"] } }, {}), ["update spec.schema.a"]);
    });

    it("shows what the API server changed, a quantity's spelling too", () => {
      assert.deepEqual(seen({ limits: { cpu: "1000m" } }, { limits: { cpu: "1" } }), ["update spec.schema.limits.cpu"]);
    });

    it("is empty for what was kept, empty lists among it", () => {
      assert.deepEqual(seen({ required: [], a: {} }, { required: [], a: {}, added: true }), []);
    });
  });

  it("of a StatefulSet replaces it for a change of its volume claims", () => {
    const set = (storage: string): JsonObject =>
      statefulSet({ volumeClaimTemplates: [{ spec: { resources: { requests: { storage } } } }] });
    const [oldInputs, newInputs] = [set("10Gi"), set("20Gi")];
    assert.deepEqual(changes("kubernetes:apps/v1:StatefulSet", { oldInputs, live: accepted(oldInputs), newInputs }), [
      "update spec.volumeClaimTemplates[0].spec.resources.requests.storage (replace)",
    ]);
  });

  it("is empty for zero values that the API server drops, and for quantities it rewrites", () => {
    const inputs = statefulSet({
      paused: false,
      note: "",
      egress: [],
      selector: {},
      resources: { limits: { cpu: "1000m", memory: "1024Mi" } },
    });
    const live = accepted(statefulSet({ resources: { limits: { cpu: "1", memory: "1Gi" } } }));
    assert.deepEqual(changes("kubernetes:apps/v1:StatefulSet", { oldInputs: inputs, live, newInputs: inputs }), []);
  });

  it("names what is added, changed and removed, by its place", () => {
    const oldInputs = statefulSet({
      replicas: 1,
      template: { spec: { containers: [{ name: "a", image: "1" }, { name: "b" }] } },
      minReadySeconds: 3,
    });
    const newInputs = {
      ...statefulSet({ replicas: 2, template: { spec: { containers: [{ name: "a", image: "2" }] } } }),
      metadata: { ...metadata, labels: { "app.kubernetes.io/name": "x" } },
    };
    assert.deepEqual(
      changes("kubernetes:apps/v1:StatefulSet", { oldInputs, live: accepted(oldInputs), newInputs }).sort(),
      [
        "add metadata.labels",
        "delete spec.minReadySeconds",
        "delete spec.template.spec.containers[1]",
        "update spec.replicas",
        "update spec.template.spec.containers[0].image",
      ],
    );
  });

  it("shows drift that a refresh has found", () => {
    const inputs = statefulSet({ replicas: 1 });
    const live = accepted(statefulSet({ replicas: 3 }));
    assert.deepEqual(changes("kubernetes:apps/v1:StatefulSet", { oldInputs: inputs, live, newInputs: inputs }), [
      "update spec.replicas",
    ]);
  });

  it("is empty when the program says what is there already", () => {
    const sides = {
      oldInputs: statefulSet({ replicas: 1 }),
      live: accepted(statefulSet({ replicas: 3 })),
      newInputs: statefulSet({ replicas: 3 }),
    };
    assert.deepEqual(changes("kubernetes:apps/v1:StatefulSet", sides), []);
  });

  it("counts a value that is not known yet as a change", () => {
    const inputs = statefulSet({ replicas: 1 });
    const newInputs: PlainObject = { ...inputs, spec: { replicas: UNKNOWN, serviceName: UNKNOWN } };
    assert.deepEqual(
      changes("kubernetes:apps/v1:StatefulSet", { oldInputs: inputs, live: accepted(inputs), newInputs }),
      ["update spec.replicas", "add spec.serviceName (replace)"],
    );
  });

  it("replaces for the fields of a StatefulSet that cannot change, however deep", () => {
    const oldInputs = statefulSet({
      serviceName: "a",
      volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "1Gi" } } } }],
    });
    const newInputs = statefulSet({
      serviceName: "b",
      volumeClaimTemplates: [{ spec: { resources: { requests: { storage: "2Gi" } } } }],
    });
    assert.deepEqual(changes("kubernetes:apps/v1:StatefulSet", { oldInputs, live: accepted(oldInputs), newInputs }), [
      "update spec.serviceName (replace)",
      "update spec.volumeClaimTemplates[0].spec.resources.requests.storage (replace)",
    ]);
  });

  it("replaces for another name or namespace", () => {
    const oldInputs = statefulSet({});
    const newInputs = { ...oldInputs, metadata: { name: "other", namespace: "other" } };
    assert.deepEqual(changes("kubernetes:apps/v1:StatefulSet", { oldInputs, live: accepted(oldInputs), newInputs }), [
      "update metadata.name (replace)",
      "update metadata.namespace (replace)",
    ]);
  });

  it("takes no namespace and `default` for the same, and ignores one on a cluster-wide object", () => {
    const named = { apiVersion: "a.io/v1", kind: "A", metadata: { name: "a" } };
    const inDefault = { ...named, metadata: { name: "a", namespace: "default" } };
    assert.deepEqual(changes("kubernetes:a.io/v1:A", { oldInputs: named, live: inDefault, newInputs: inDefault }), []);
    assert.deepEqual(changes("kubernetes:a.io/v1:A", { oldInputs: inDefault, live: named, newInputs: named }), []);
  });

  it("reads a Secret's data under the key by which it was given", () => {
    const secret = (stringData: JsonObject): JsonObject => ({ apiVersion: "v1", kind: "Secret", metadata, stringData });
    const live = accepted({
      apiVersion: "v1",
      kind: "Secret",
      metadata,
      data: { password: Buffer.from("old").toString("base64") },
    });
    const oldInputs = secret({ password: "old" });
    assert.deepEqual(changes("kubernetes:core/v1:Secret", { oldInputs, live, newInputs: oldInputs }), []);
    assert.deepEqual(
      changes("kubernetes:core/v1:Secret", { oldInputs, live, newInputs: secret({ password: "new" }) }),
      ["update stringData.password (replace)"],
    );
  });

  it("updates ConfigMaps and Secrets in place only where the provider is told to, and never immutable ones", () => {
    const map = (data: JsonObject, more: JsonObject = {}): JsonObject => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
      data,
      ...more,
    });
    const sides = (more: JsonObject = {}): DiffSides => ({
      oldInputs: map({ a: "1" }, more),
      live: accepted(map({ a: "1" }, more)),
      newInputs: map({ a: "2" }, more),
    });
    const mutable = { configMaps: "update", secrets: "update" } as const;
    assert.deepEqual(changes("kubernetes:core/v1:ConfigMap", sides()), ["update data.a (replace)"]);
    assert.deepEqual(changes("kubernetes:core/v1:ConfigMap", sides(), mutable), ["update data.a"]);
    assert.deepEqual(changes("kubernetes:core/v1:ConfigMap", sides({ immutable: true }), mutable), [
      "update data.a (replace)",
    ]);
  });
});
