import {
  DeleteBucketEncryptionCommand, DeleteBucketLifecycleCommand, DeleteBucketPolicyCommand, DeleteBucketReplicationCommand, DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand, GetBucketLifecycleConfigurationCommand, GetBucketPolicyCommand, GetBucketReplicationCommand, GetBucketVersioningCommand, GetPublicAccessBlockCommand,
  PutBucketEncryptionCommand, PutBucketLifecycleConfigurationCommand, PutBucketPolicyCommand, PutBucketReplicationCommand, PutBucketVersioningCommand, PutPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { Json, JsonObject } from "../plugin/propertyValues";
import { fromWire, toWire } from "./spelling";
import { sameDocument, textOf, unlessGone, type Kind } from "./kind";

interface Part {
  readonly properties: readonly string[];
  put(s3: S3Client, bucket: string, inputs: JsonObject): Promise<unknown>;
  /** The properties as AWS has them; undefined when there is no such part. */
  read(s3: S3Client, bucket: string, inputs: JsonObject): Promise<JsonObject | undefined>;
  remove(s3: S3Client, bucket: string): Promise<unknown>;
}

/** A part of a bucket's set-up: its id is the bucket's name. */
const partOf = ({ properties, put, read, remove }: Part): Kind => ({
  fixed: ["bucket"],
  required: ["bucket"],
  optional: properties,
  async put({ s3 }, inputs) {
    const id = textOf(inputs, "bucket");
    await put(s3, id, inputs);
    return { id };
  },
  async read({ s3 }, id, inputs) {
    const found = await unlessGone(read(s3, id, inputs));
    return found === undefined ? undefined : { ...inputs, bucket: id, ...found };
  },
  async remove({ s3 }, id) {
    await unlessGone(remove(s3, id));
  },
});

/** What the program wrote, where AWS' answer says nothing else: AWS fills in defaults. */
const unlessDifferent = (written: Json | undefined, found: Json): Json => (written !== undefined && covers(found, written) ? written : found);

function covers(found: Json, written: Json): boolean {
  if (Array.isArray(written)) return Array.isArray(found) && found.length === written.length && written.every((each, at) => covers(found[at] ?? null, each));
  if (typeof written === "object" && written !== null) {
    return typeof found === "object" && found !== null && !Array.isArray(found) && Object.entries(written).every(([key, each]) => isEmpty(each) || covers(found[key] ?? null, each));
  }
  return found === written;
}

/** An empty filter, and a prefix of nothing, are the same as none. */
const isEmpty = (value: Json): boolean => value === "" || (typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isEmpty));

const SWITCHES = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

export const publicAccessBlock = partOf({
  properties: SWITCHES,
  put: (s3, Bucket, inputs) => s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: toWire(inputs, SWITCHES) as object })),
  async read(s3, Bucket) {
    const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
    return fromWire(PublicAccessBlockConfiguration ?? {}) as JsonObject;
  },
  remove: (s3, Bucket) => s3.send(new DeletePublicAccessBlockCommand({ Bucket })),
});

export const versioning = partOf({
  properties: ["versioningConfiguration"],
  put: (s3, Bucket, inputs) => s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: toWire(inputs["versioningConfiguration"] as JsonObject) as object })),
  async read(s3, Bucket) {
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
    return { versioningConfiguration: { status: Status ?? "Disabled" } };
  },
  remove: (s3, Bucket) => s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } })),
});

export const encryption = partOf({
  properties: ["rules"],
  put: (s3, Bucket, inputs) => s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: (toWire({ rules: inputs["rules"] ?? [] }, ["rules"]) as { Rules: object[] }).Rules } })),
  async read(s3, Bucket, inputs) {
    const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
    const found = fromWire(ServerSideEncryptionConfiguration ?? {}) as JsonObject;
    return { rules: unlessDifferent(inputs["rules"], found["rules"] ?? []) };
  },
  remove: (s3, Bucket) => s3.send(new DeleteBucketEncryptionCommand({ Bucket })),
});

export const lifecycle = partOf({
  properties: ["rules"],
  put: (s3, Bucket, inputs) => s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: toWire({ rules: inputs["rules"] ?? [] }, ["rules"]) as never })),
  async read(s3, Bucket, inputs) {
    const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    return { rules: unlessDifferent(inputs["rules"], (fromWire({ Rules: Rules ?? [] }) as JsonObject)["rules"] ?? []) };
  },
  remove: (s3, Bucket) => s3.send(new DeleteBucketLifecycleCommand({ Bucket })),
});

export const bucketPolicy = partOf({
  properties: ["policy"],
  put: (s3, Bucket, inputs) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy: textOf(inputs, "policy") })),
  async read(s3, Bucket, inputs) {
    const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    return { policy: sameDocument(textOf(inputs, "policy") || "null", Policy ?? "null") };
  },
  remove: (s3, Bucket) => s3.send(new DeleteBucketPolicyCommand({ Bucket })),
});

export const replication = partOf({
  properties: ["role", "rules"],
  put: (s3, Bucket, inputs) => s3.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration: toWire(inputs, ["role", "rules"]) as never })),
  async read(s3, Bucket, inputs) {
    const { ReplicationConfiguration } = await s3.send(new GetBucketReplicationCommand({ Bucket }));
    const found = fromWire(ReplicationConfiguration ?? {}) as JsonObject;
    return { role: found["role"] ?? "", rules: unlessDifferent(inputs["rules"], found["rules"] ?? []) };
  },
  remove: (s3, Bucket) => s3.send(new DeleteBucketReplicationCommand({ Bucket })),
});
