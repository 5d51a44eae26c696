import assert from "node:assert/strict";
import { AwsProvider } from "../../../../lab/pulumi/aws/provider";
import { asAskedFor, fromAws, same, toAws } from "../../../../lab/pulumi/aws/shape";
import { Secret, UNKNOWN } from "../../../../lab/pulumi/plugin/propertyValues";

const BUCKET = "aws:s3/bucket:Bucket";
const check = (type: string, newInputs: Record<string, string | boolean>) =>
  new AwsProvider({}).check({
    urn: "",
    type,
    name: "b",
    oldInputs: undefined,
    newInputs,
    randomSeed: new Uint8Array(),
  });
const operation = { urn: "", timeoutSeconds: undefined };

describe("the lab's aws provider", () => {
  it("refuses by name what it does not know", () => {
    assert.throws(
      () => check("aws:ec2/instance:Instance", {}),
      /aws:ec2\/instance:Instance: the lab's aws provider does not know this kind.*BucketPolicy/,
    );
    assert.deepEqual(
      check(BUCKET, { bucket: "b", acl: "public-read" }).failures.map(({ property }) => property),
      ["acl"],
    );
    assert.deepEqual(
      check(BUCKET, {}).failures.map(({ property }) => property),
      ["bucket"],
    );
    assert.deepEqual(
      new AwsProvider({})
        .checkConfig({ region: "eu-central-1", secretKey: "s", skipRegionValidation: "true" })
        .failures.map(({ property }) => property),
      ["secretKey"],
    );
  });

  it("speaks to no AWS by accident", () => {
    assert.throws(
      () =>
        new AwsProvider({ AWS_ACCESS_KEY_ID: "k", AWS_SECRET_ACCESS_KEY: "s" }).configure({ region: "eu-central-1" }),
      /^Error: AWS_ENDPOINT_URL: missing .* official plugin/,
    );
  });

  it("knows a key's secret in the update only", async () => {
    const { id, state } = await new AwsProvider({}).create({
      ...operation,
      type: "aws:iam/accessKey:AccessKey",
      run: "preview",
      inputs: { user: "u" },
    });
    assert.deepEqual([id, state], ["", { user: "u", secret: new Secret(UNKNOWN) }]);
  });

  it("sees a change of what is there, not of how it is written", () => {
    const diff = (oldState: Record<string, string>, newInputs: Record<string, string>) =>
      new AwsProvider({}).diff({
        urn: "",
        type: "aws:s3/bucketPolicy:BucketPolicy",
        oldInputs: { bucket: "b", policy: "{}" },
        oldState,
        newInputs,
      }).changes;
    assert.deepEqual(diff({ bucket: "b", policy: '{"a":1,"b":2}' }, { bucket: "b", policy: '{ "b": 2, "a": 1 }' }), []);
    assert.deepEqual(diff({ bucket: "b", policy: '{"a":1}' }, { bucket: "b", policy: '{"a":2}' }), [
      { path: "policy", kind: "update", effect: "update" },
    ]);
    assert.deepEqual(diff({ bucket: "b", policy: "{}" }, { bucket: "c", policy: "{}" }), [
      { path: "bucket", kind: "update", effect: "replace" },
    ]);
    assert.deepEqual(diff({ bucket: "b" }, { bucket: "b", policy: "{}" }), [
      { path: "policy", kind: "add", effect: "update" },
    ]);
  });

  it("writes names as AWS does, and back", () => {
    const rules = [
      {
        id: "a",
        filter: { prefix: "" },
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "k" },
      },
    ];
    assert.deepEqual(toAws(rules), [
      {
        ID: "a",
        Filter: { Prefix: "" },
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: "k" },
      },
    ]);
    assert.deepEqual(fromAws(toAws(rules)), rules);
  });

  it("takes AWS's own defaults for no change, and what is gone for one", () => {
    const asked = { rules: [{ id: "a", filter: {} }], status: "Enabled" };
    assert.ok(same(asAskedFor(asked, { rules: [{ id: "a", extra: 1 }], status: "Enabled", region: "x" }), asked));
    assert.ok(!same(asAskedFor(asked, { rules: [{ id: "a" }] }), asked));
    assert.ok(!same(asAskedFor(asked, { rules: [], status: "Enabled" }), asked));
    assert.ok(!same(asAskedFor(asked, { rules: [{ id: "a" }, { id: "b" }], status: "Enabled" }), asked));
  });
});
