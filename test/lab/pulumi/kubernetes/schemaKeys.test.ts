import assert from "node:assert/strict";
import { toApiKeys, toSdkKeys } from "../../../../lab/pulumi/kubernetes/schemaKeys";

describe("Kubernetes' extensions to JSON schema", () => {
  const sdk = {
    schema: [
      { x_kubernetes_preserve_unknown_fields: true, properties: { x_kubernetes_validations: [{ rule: "self" }] } },
    ],
    x_other: 1,
  };
  const api = {
    schema: [
      { "x-kubernetes-preserve-unknown-fields": true, properties: { "x-kubernetes-validations": [{ rule: "self" }] } },
    ],
    x_other: 1,
  };

  it("have dashes on the way to the API server and underscores on the way back", () => {
    assert.deepEqual(toApiKeys(sdk), api);
    assert.deepEqual(toSdkKeys(api), sdk);
  });

  it("travel without nulls, which mean `not set`", () => {
    assert.deepEqual(toApiKeys({ a: null, b: { c: null, d: [{ e: null }] } }), { b: { d: [{}] } });
  });
});
