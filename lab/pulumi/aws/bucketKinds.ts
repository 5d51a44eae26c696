import * as s3 from "@aws-sdk/client-s3";
import type { Json, JsonObject } from "../plugin/propertyValues";
import { unlessGone, type AwsClients } from "./clients";
import { text, type AwsKind } from "./kind";
import { fromAws, isObject, toAws } from "./shape";

const isThere = async (clients: AwsClients, Bucket: string): Promise<boolean> =>
  (await unlessGone(clients.s3.send(new s3.HeadBucketCommand({ Bucket })))) !== undefined;

const bucket: AwsKind = {
  inputs: ["bucket", "forceDestroy"],
  required: ["bucket"],
  identity: ["bucket"],
  computed: ["arn"],
  toldOnce: [],
  async create(clients, inputs) {
    const id = text(inputs, "bucket");
    if (await isThere(clients, id))
      throw new Error("already exists; import it (pulumi import), or choose another name");
    // us-east-1 is the one region that must not be named.
    const LocationConstraint = clients.region as s3.BucketLocationConstraint;
    await clients.s3.send(
      new s3.CreateBucketCommand({
        Bucket: id,
        ...(clients.region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint } }),
      }),
    );
    return { id };
  },
  async read(clients, id, state) {
    if (!(await isThere(clients, id))) return undefined;
    return { bucket: id, forceDestroy: state["forceDestroy"] ?? false, arn: `arn:aws:s3:::${id}` };
  },
  async update() {},
  async delete(clients, id) {
    await unlessGone(clients.s3.send(new s3.DeleteBucketCommand({ Bucket: id })));
  },
};

interface Setting {
  /** Beside `bucket`. */
  readonly inputs: readonly string[];
  put(client: s3.S3Client, bucket: string, inputs: JsonObject): Promise<unknown>;
  /** In Pulumi's shape; undefined when the bucket has none. */
  get(client: s3.S3Client, bucket: string): Promise<Json | undefined>;
  remove(client: s3.S3Client, bucket: string): Promise<unknown>;
}

/** Something that a bucket has at most one of; its id is the bucket's. */
const settingOf = ({ inputs, put, get, remove }: Setting): AwsKind => ({
  inputs: ["bucket", ...inputs],
  required: ["bucket", ...inputs],
  identity: ["bucket"],
  computed: [],
  toldOnce: [],
  async create({ s3: client }, given) {
    const id = text(given, "bucket");
    await put(client, id, given);
    return { id };
  },
  async read({ s3: client }, id) {
    const live = await unlessGone(get(client, id));
    return isObject(live) ? { bucket: id, ...live } : undefined;
  },
  async update({ s3: client }, id, given) {
    await put(client, id, given);
  },
  async delete({ s3: client }, id) {
    await unlessGone(remove(client, id));
  },
});

/** The SDK's own type: what a program may give is checked by @pulumi/aws, and what is wrong by the server. */
const as = <T>(value: Json | undefined): T => toAws(value ?? null) as T;

const publicAccessBlock = settingOf({
  inputs: ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"],
  put: (client, Bucket, { blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets }) =>
    client.send(
      new s3.PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: as({
          blockPublicAcls,
          blockPublicPolicy,
          ignorePublicAcls,
          restrictPublicBuckets,
        } as JsonObject),
      }),
    ),
  get: async (client, Bucket) =>
    fromAws((await client.send(new s3.GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration),
  remove: (client, Bucket) => client.send(new s3.DeletePublicAccessBlockCommand({ Bucket })),
});

const encryption = settingOf({
  inputs: ["rules"],
  put: (client, Bucket, { rules }) =>
    client.send(new s3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: as(rules) } })),
  get: async (client, Bucket) =>
    fromAws((await client.send(new s3.GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration),
  remove: (client, Bucket) => client.send(new s3.DeleteBucketEncryptionCommand({ Bucket })),
});

const versioning = settingOf({
  inputs: ["versioningConfiguration"],
  put: (client, Bucket, { versioningConfiguration }) =>
    client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: as(versioningConfiguration) })),
  get: async (client, Bucket) => {
    const { Status } = await client.send(new s3.GetBucketVersioningCommand({ Bucket }));
    return Status === undefined ? undefined : { versioningConfiguration: { status: Status } };
  },
  remove: (client, Bucket) =>
    client.send(new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } })),
});

const lifecycle = settingOf({
  inputs: ["rules"],
  put: (client, Bucket, { rules }) =>
    client.send(
      new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: as(rules) } }),
    ),
  get: async (client, Bucket) => ({
    rules: fromAws((await client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules),
  }),
  remove: (client, Bucket) => client.send(new s3.DeleteBucketLifecycleCommand({ Bucket })),
});

const policy = settingOf({
  inputs: ["policy"],
  put: (client, Bucket, inputs) =>
    client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: text(inputs, "policy") })),
  get: async (client, Bucket) => ({
    policy: (await client.send(new s3.GetBucketPolicyCommand({ Bucket }))).Policy ?? "",
  }),
  remove: (client, Bucket) => client.send(new s3.DeleteBucketPolicyCommand({ Bucket })),
});

const replication = settingOf({
  inputs: ["role", "rules"],
  put: (client, Bucket, { role, rules }) =>
    client.send(
      new s3.PutBucketReplicationCommand({ Bucket, ReplicationConfiguration: { Role: as(role), Rules: as(rules) } }),
    ),
  get: async (client, Bucket) =>
    fromAws((await client.send(new s3.GetBucketReplicationCommand({ Bucket }))).ReplicationConfiguration),
  remove: (client, Bucket) => client.send(new s3.DeleteBucketReplicationCommand({ Bucket })),
});

export const bucketKinds: Readonly<Record<string, AwsKind>> = {
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": publicAccessBlock,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": encryption,
  "aws:s3/bucketVersioning:BucketVersioning": versioning,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lifecycle,
  "aws:s3/bucketPolicy:BucketPolicy": policy,
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": replication,
};
