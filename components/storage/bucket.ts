import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { AwsSettings } from "../settings/snapshots";
import { BucketReplica } from "./bucketReplica";
import { bucketArn, tlsOnly } from "./documents";

/** Days after which the parts of an upload that never ended are removed. */
const ABORT_UPLOADS_DAYS = 3;

export interface SnapshotBucketArgs {
  readonly settings: AwsSettings;
  /** Begins the name of the role that copies to another region. */
  readonly identityName: string;
}

/** The bucket of a site's snapshots: private, encrypted, versioned, by TLS only; it outlives its stack. */
export class SnapshotBucket extends pulumi.ComponentResource {
  /** The bucket's name, known once it is there. */
  readonly bucket: pulumi.Output<string>;

  constructor(name: string, { settings, identityName }: SnapshotBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dragonfly-dr:index:SnapshotBucket", name, {}, opts);
    // Nobody loses snapshots by taking a stack down, or by a slip in its configuration.
    const bucket = new s3.Bucket(
      name,
      { bucket: settings.bucket, forceDestroy: false },
      { parent: this, protect: true, retainOnDelete: true },
    );
    const own = { parent: this, retainOnDelete: true };
    const closed = new s3.BucketPublicAccessBlock(
      `${name}-private`,
      {
        bucket: bucket.id,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      own,
    );
    new s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { bucket: bucket.id, rules: [encryption(settings.kmsKeyArn)] },
      own,
    );
    const versioning = new s3.BucketVersioning(
      `${name}-versioning`,
      { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
      own,
    );
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket: bucket.id, rules: lifecycle(settings) },
      { ...own, dependsOn: [versioning] },
    );
    const policy = JSON.stringify(tlsOnly(bucketArn(settings.bucket, settings.region)));
    new s3.BucketPolicy(`${name}-tls`, { bucket: bucket.id, policy }, { ...own, dependsOn: [closed] });
    if (settings.replicateTo !== undefined)
      new BucketReplica(
        `${name}-replica`,
        { settings, replicateTo: settings.replicateTo, identityName, bucket: bucket.id },
        { parent: this, dependsOn: [versioning] },
      );
    this.bucket = bucket.id;
    this.registerOutputs({ bucket: this.bucket });
  }
}

const encryption = (kmsKeyArn: string | undefined) =>
  kmsKeyArn === undefined
    ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
    : {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
        bucketKeyEnabled: true,
      };

function lifecycle({ expireDays, expireOldVersionsDays }: AwsSettings) {
  const rule = (id: string, what: object) => ({ id, status: "Enabled", filter: { prefix: "" }, ...what });
  return [
    ...(expireDays === undefined ? [] : [rule("expire", { expiration: { days: expireDays } })]),
    rule("old-versions", { noncurrentVersionExpiration: { noncurrentDays: expireOldVersionsDays } }),
    rule("unfinished-uploads", { abortIncompleteMultipartUpload: { daysAfterInitiation: ABORT_UPLOADS_DAYS } }),
  ];
}
