import * as iam from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { AwsSettings, ReplicaSettings } from "../settings/snapshots";
import { bucketArn, replicationAccess, replicationTrust } from "./documents";

export interface BucketReplicaArgs {
  readonly settings: AwsSettings;
  readonly replicateTo: ReplicaSettings;
  readonly identityName: string;
  /** The bucket that is copied from; versioned already. */
  readonly bucket: pulumi.Input<string>;
}

/**
 * Has S3 copy every snapshot to another region's bucket. What is pruned here stays there: a slip or a thief on this
 * side cannot
 * take the copies away.
 */
export class BucketReplica extends pulumi.ComponentResource {
  constructor(
    name: string,
    { settings, replicateTo, identityName, bucket }: BucketReplicaArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dragonfly-dr:index:BucketReplica", name, {}, opts);
    const own = { parent: this };
    const { kmsKeyArn } = settings;
    const access = replicationAccess({ arn: bucketArn(settings.bucket, settings.region), kmsKeyArn }, replicateTo);
    const role = new iam.Role(
      name,
      { name: `${identityName}-copy`, assumeRolePolicy: JSON.stringify(replicationTrust) },
      own,
    );
    const allowed = new iam.RolePolicy(
      `${name}-access`,
      { name: "copy", role: role.name, policy: JSON.stringify(access) },
      own,
    );
    const rule = {
      id: "other-region",
      status: "Enabled",
      priority: 0,
      filter: { prefix: "" },
      deleteMarkerReplication: { status: "Disabled" },
      destination: {
        bucket: replicateTo.bucketArn,
        ...(replicateTo.kmsKeyArn === undefined
          ? {}
          : { encryptionConfiguration: { replicaKmsKeyId: replicateTo.kmsKeyArn } }),
      },
      ...(kmsKeyArn !== undefined
        ? { sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } } }
        : {}),
    };
    new s3.BucketReplicationConfig(name, { bucket, role: role.arn, rules: [rule] }, { ...own, dependsOn: [allowed] });
    this.registerOutputs({});
  }
}
