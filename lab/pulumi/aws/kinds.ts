import { bucket } from "./bucket";
import { bucketPolicy, encryption, lifecycle, publicAccessBlock, replication, versioning } from "./bucketParts";
import { accessKey, role, rolePolicy, user, userPolicy } from "./identity";
import type { Kind } from "./kind";

/** The kinds that the program uses. */
const KINDS: Readonly<Record<string, Kind>> = {
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": publicAccessBlock,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": encryption,
  "aws:s3/bucketVersioning:BucketVersioning": versioning,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lifecycle,
  "aws:s3/bucketPolicy:BucketPolicy": bucketPolicy,
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": replication,
  "aws:iam/user:User": user,
  "aws:iam/userPolicy:UserPolicy": userPolicy,
  "aws:iam/accessKey:AccessKey": accessKey,
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
};

/** @throws Error naming the type */
export function kindOf(type: string): Kind {
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (kind === undefined) throw new Error(`${type}: the lab's aws provider knows S3 buckets with their settings and IAM users and roles only; use the official plugin for this one`);
  return kind;
}
