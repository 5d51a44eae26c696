import { problemIf, type Problem } from "../problems";
import type { AwsSettings, ReplicaSettings, S3Settings, SnapshotSettings } from "../settings/snapshots";

/** Whether snapshots go anywhere, and come to an end: half a configuration is an error, never an "off". */
export const checkSnapshots = ({ cron, retention, s3, aws }: SnapshotSettings): readonly Problem[] => [
  ...problemIf(s3 !== undefined && aws !== undefined, {
    key: "snapshots.aws",
    problem: "is given beside snapshots.s3",
    remedy: "give one of the two",
  }),
  ...problemIf((s3 !== undefined || aws !== undefined) && cron === undefined, {
    key: "snapshots.cron",
    problem: "is empty, though there is a place for snapshots",
    remedy: 'write five fields such as "0 */6 * * *", or remove s3 and aws',
  }),
  ...(s3 === undefined ? [] : checkS3(s3)),
  ...(aws === undefined ? [] : checkAws(aws, retention.days)),
];

const checkS3 = ({ endpoint, namespace, cidrs }: S3Settings): readonly Problem[] =>
  problemIf(namespace === undefined && cidrs.length === 0, {
    key: "snapshots.s3.cidrs",
    besides: ["snapshots.s3.endpoint", "snapshots.s3.namespace"],
    problem: `is missing: nothing says at which addresses ${endpoint.host} is`,
    remedy: "give its addresses, or its namespace",
  });

const checkAws = (aws: AwsSettings, retentionDays: number): readonly Problem[] => [
  ...problemIf(aws.expireDays !== undefined && aws.expireDays <= retentionDays, {
    key: "snapshots.aws.expireDays",
    besides: ["snapshots.retention.days"],
    problem: `is ${aws.expireDays}, within the ${retentionDays} days that pruning keeps`,
    remedy: "write more days than snapshots.retention.days, or 0",
  }),
  ...(aws.replicateTo === undefined ? [] : checkReplica(aws.replicateTo, aws.kmsKeyArn)),
];

const checkReplica = ({ kmsKeyArn }: ReplicaSettings, ownKmsKeyArn: string | undefined): readonly Problem[] =>
  problemIf((kmsKeyArn === undefined) !== (ownKmsKeyArn === undefined), {
    key: "snapshots.aws.replicateTo.kmsKeyArn",
    besides: ["snapshots.aws.kmsKeyArn"],
    problem: "and snapshots.aws.kmsKeyArn are given one without the other",
    remedy: "give both, or neither",
  });
