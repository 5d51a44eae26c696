import assert from "node:assert/strict";
import { kindOf } from "../../../../lab/pulumi/kubernetes/kinds";
import { objectId, referenceFromId, referenceOf, wireObject } from "../../../../lab/pulumi/kubernetes/wireObject";
import { Secret, UNKNOWN } from "../../../../lab/pulumi/plugin/propertyValues";

describe("what is sent to the API server", () => {
  it("is not there while something is unknown", () => {
    assert.equal(wireObject({ metadata: { name: "a" }, spec: { password: new Secret(UNKNOWN) } }), undefined);
  });

  it("has a Secret's stringData as data, over data of the same key", () => {
    const sent = wireObject({
      apiVersion: "v1",
      kind: "Secret",
      data: new Secret({ a: "YQ==", b: "Yg==" }),
      stringData: new Secret({ b: "B" }),
    });
    assert.deepEqual(sent, { apiVersion: "v1", kind: "Secret", data: { a: "YQ==", b: "Qg==" } });
  });

  it("leaves a custom resource's stringData alone", () => {
    const resource = { apiVersion: "a.io/v1", kind: "Secret", stringData: { b: "B" } };
    assert.deepEqual(wireObject(resource), resource);
  });
});

describe("ids", () => {
  it("are namespace and name, or the name alone", () => {
    const pod = kindOf("kubernetes:core/v1:Pod");
    const object = { metadata: { name: "a", namespace: "cache" } };
    assert.equal(objectId(object), "cache/a");
    assert.deepEqual(referenceFromId(pod, "cache/a"), referenceOf(pod, object));
    assert.equal(objectId({ metadata: { name: "a" } }), "a");
    assert.throws(() => referenceOf(pod, { metadata: {} }), { message: "Pod: metadata.name is missing; give one" });
  });
});
