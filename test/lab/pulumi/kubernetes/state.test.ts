import assert from "node:assert/strict";
import {
  fieldManagerOf,
  importedInputs,
  objectInState,
  previewStateOf,
  stateOf,
} from "../../../../lab/pulumi/kubernetes/state";
import { type JsonObject, Secret, UNKNOWN } from "../../../../lab/pulumi/plugin/propertyValues";

const service: JsonObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "dragonfly", uid: "u", resourceVersion: "1", creationTimestamp: "t", managedFields: [{}] },
  spec: { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ports: [{ port: 6379 }] },
  status: { loadBalancer: {} },
};

describe("the state of an object", () => {
  it("is what the cluster shows, without managedFields, and remembers the field manager", () => {
    const state = stateOf(service, {}, "pulumi-kubernetes-1");
    assert.deepEqual(state["metadata"], { name: "dragonfly", uid: "u", resourceVersion: "1", creationTimestamp: "t" });
    assert.equal(fieldManagerOf(state), "pulumi-kubernetes-1");
    assert.deepEqual(objectInState(state)?.["spec"], service["spec"]);
  });

  it("hides a Secret's data even where the inputs do not", () => {
    const state = stateOf(
      { apiVersion: "v1", kind: "Secret", metadata: {}, data: { a: "YQ==" } },
      { stringData: { a: "a" } },
      "m",
    );
    assert.deepEqual(state["data"], new Secret({ a: "YQ==" }));
  });

  it("foretold by a preview does not pretend to know what creation decides", () => {
    const created = previewStateOf(service, {}, "m", "create");
    assert.deepEqual(created["metadata"], {
      name: "dragonfly",
      uid: UNKNOWN,
      resourceVersion: UNKNOWN,
      creationTimestamp: UNKNOWN,
    });
    assert.deepEqual(created["spec"], { clusterIP: UNKNOWN, clusterIPs: UNKNOWN, ports: [{ port: 6379 }] });
    assert.equal(created["status"], UNKNOWN);
    assert.deepEqual(previewStateOf(service, {}, "m", "update")["spec"], service["spec"]);
  });
});

describe("imported inputs", () => {
  it("say what is there, without what the API server adds", () => {
    assert.deepEqual(importedInputs(service), {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "dragonfly" },
      spec: service["spec"],
    });
  });
});
