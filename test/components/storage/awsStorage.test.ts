import assert from "node:assert/strict";
import { identityName } from "../../../components/storage/access";
import { AwsStorage } from "../../../components/storage/awsStorage";
import { bucketArn, snapshotAccess, type PolicyDocument } from "../../../components/storage/documents";
import { defaultsOf } from "../../../components/catalogue/fields";
import { aws, type AwsSettings } from "../../../components/settings/snapshots";
import type { RecordedResource } from "../../../stacks/render/recordingMonitor";
import { renderWith } from "../renderWith";

const KEY = "arn:aws:kms:eu-central-1:111122223333:key/1";
const PROVIDER = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE";
const settings: AwsSettings = {
  ...defaultsOf(aws),
  bucket: "example-cache",
  region: "eu-central-1",
  cidrs: ["10.0.0.0/24"],
};

async function render(changed: Partial<AwsSettings> = {}): Promise<readonly RecordedResource[]> {
  const given = { ...settings, ...changed };
  const access = snapshotAccess({
    bucketArn: bucketArn(given.bucket, given.region),
    prefix: "cache/primary/",
    kmsKeyArn: given.kmsKeyArn,
  });
  const accounts = [
    { namespace: "cache", name: "dragonfly" },
    { namespace: "cache-drill", name: "dragonfly-drill" },
  ];
  return renderWith(
    () => new AwsStorage("storage", { settings: given, access, accounts, identityName: "cache-primary-snapshots" }, {}),
  );
}

function one(resources: readonly RecordedResource[], kind: string, name = ""): RecordedResource {
  const found = resources.filter((each) => each.type.endsWith(`:${kind}`) && each.name.includes(name));
  assert.equal(found.length, 1, `${kind} ${name}: ${found.length}`);
  return found[0] as RecordedResource;
}
const ofKind = (resources: readonly RecordedResource[], kind: string): readonly string[] =>
  resources.filter(({ type }) => type.endsWith(`:${kind}`)).map(({ name }) => name);
const policyOf = ({ props }: RecordedResource, key = "policy"): PolicyDocument =>
  JSON.parse(String(props[key])) as PolicyDocument;
const actions = (document: PolicyDocument): readonly string[] =>
  document.Statement.flatMap(({ Action }) => Action).sort();

describe("a bucket in AWS", function () {
  this.timeout(120_000);
  it("outlives its stack, and cannot be deleted by a slip", async () => {
    const resources = await render();
    const bucket = one(resources, "Bucket");
    assert.deepEqual([bucket.protect, bucket.retainOnDelete, bucket.props["forceDestroy"]], [true, true, false]);
    for (const kind of [
      "BucketPublicAccessBlock",
      "BucketPolicy",
      "BucketVersioning",
      "BucketServerSideEncryptionConfiguration",
      "BucketLifecycleConfiguration",
    ]) {
      assert.ok(one(resources, kind).retainOnDelete, kind);
    }
  });

  it("is closed to the public in all four ways, and to everybody without TLS", async () => {
    const resources = await render();
    const closed = Object.fromEntries(
      Object.entries(one(resources, "BucketPublicAccessBlock").props).filter(([key]) => key !== "bucket"),
    );
    assert.deepEqual(closed, {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    const [statement, ...others] = policyOf(one(resources, "BucketPolicy")).Statement;
    assert.deepEqual(others, []);
    assert.deepEqual(
      [statement?.Effect, statement?.Principal, statement?.Action, statement?.Condition],
      ["Deny", "*", "s3:*", { Bool: { "aws:SecureTransport": "false" } }],
    );
    assert.deepEqual(statement?.Resource, ["arn:aws:s3:::example-cache", "arn:aws:s3:::example-cache/*"]);
  });

  it("keeps what is overwritten, for a time, and no halves of uploads", async () => {
    const resources = await render({ expireDays: 60, expireOldVersionsDays: 7 });
    assert.deepEqual(one(resources, "BucketVersioning").props["versioningConfiguration"], { status: "Enabled" });
    const rules = JSON.stringify(one(resources, "BucketLifecycleConfiguration").props["rules"]);
    assert.match(rules, /"expiration":\{"days":60\}/);
    assert.match(rules, /"noncurrentDays":7/);
    assert.match(rules, /"daysAfterInitiation":3/);
    assert.doesNotMatch(
      JSON.stringify(one(await render({ expireDays: undefined }), "BucketLifecycleConfiguration").props["rules"]),
      /"expiration"/,
    );
  });

  it("is encrypted by S3's key, or by one of KMS that its user may use then", async () => {
    const own = await render();
    assert.match(JSON.stringify(one(own, "BucketServerSideEncryptionConfiguration").props), /AES256/);
    assert.deepEqual(actions(policyOf(one(own, "UserPolicy"))), [
      "s3:DeleteObject",
      "s3:GetBucketLocation",
      "s3:GetObject",
      "s3:ListBucket",
      "s3:PutObject",
    ]);
    const kms = await render({ kmsKeyArn: KEY });
    assert.match(
      JSON.stringify(one(kms, "BucketServerSideEncryptionConfiguration").props),
      /"kmsMasterKeyId":"arn:aws:kms:[^"]*","sseAlgorithm":"aws:kms"|"aws:kms","kmsMasterKeyId":"arn:aws:kms:/,
    );
    assert.deepEqual(
      policyOf(one(kms, "UserPolicy"))
        .Statement.filter(({ Resource }) => Resource === KEY)
        .flatMap(({ Action }) => Action),
      ["kms:GenerateDataKey", "kms:Decrypt"],
    );
  });

  it("is reached by a user with a key, or by a role that two ServiceAccounts of one cluster may take", async () => {
    const user = await render();
    assert.deepEqual([ofKind(user, "AccessKey").length, ofKind(user, "Role").length], [1, 0]);
    const role = await render({ oidcProviderArn: PROVIDER });
    assert.deepEqual([ofKind(role, "AccessKey").length, ofKind(role, "User").length], [0, 0]);
    const [statement] = policyOf(one(role, "Role"), "assumeRolePolicy").Statement;
    const issuer = "oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE";
    assert.deepEqual(statement?.Principal, { Federated: PROVIDER });
    assert.deepEqual(statement?.Condition, {
      StringEquals: {
        [`${issuer}:aud`]: "sts.amazonaws.com",
        [`${issuer}:sub`]: [
          "system:serviceaccount:cache:dragonfly",
          "system:serviceaccount:cache-drill:dragonfly-drill",
        ],
      },
    });
  });

  it("is copied to the other region by a role that can read here and write there only", async () => {
    assert.deepEqual(ofKind(await render(), "BucketReplicationConfig"), []);
    const other = { bucketArn: "arn:aws:s3:::example-cache-dr", kmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/2" };
    const resources = await render({ oidcProviderArn: PROVIDER, kmsKeyArn: KEY, replicateTo: other });
    const access = policyOf(one(resources, "RolePolicy", "replica"));
    const where = (action: string): unknown =>
      access.Statement.find(({ Action }) => [Action].flat().includes(action))?.Resource;
    assert.equal(where("s3:ReplicateObject"), `${other.bucketArn}/*`);
    assert.equal(where("s3:GetObjectVersionForReplication"), "arn:aws:s3:::example-cache/*");
    assert.deepEqual([where("kms:Decrypt"), where("kms:Encrypt")], [KEY, other.kmsKeyArn]);
    assert.ok(!actions(access).some((action) => /Delete|\*/.test(action)), "what is pruned here stays there");
    const rules = JSON.stringify(one(resources, "BucketReplicationConfig").props["rules"]);
    assert.match(rules, /"deleteMarkerReplication":\{"status":"Disabled"\}/);
    assert.match(rules, new RegExp(other.kmsKeyArn));
  });

  it("is named after its region's partition", () => {
    assert.equal(bucketArn("b", "cn-north-1"), "arn:aws-cn:s3:::b");
    assert.equal(bucketArn("b", "us-gov-west-1"), "arn:aws-us-gov:s3:::b");
  });

  it("has a user or role whose name fits, and differs from site to site", () => {
    assert.equal(identityName("cache", "primary"), "cache-primary-snapshots");
    const [long, longer] = ["a".repeat(63), "a".repeat(62)].map((namespace) => identityName(namespace, "primary")) as [
      string,
      string,
    ];
    assert.notEqual(long, longer);
    for (const name of [long, longer]) assert.ok(`${name}-copy`.length <= 64, name);
  });
});
