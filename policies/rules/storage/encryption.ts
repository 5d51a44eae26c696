import { list, text, at, type Value } from "../../model/value";
import { notJudged, violation, type Rule } from "../../rule";
import { relatedResources, eachBucket } from "./buckets";

const ALGORITHMS = ["AES256", "aws:kms", "aws:kms:dsse"];

export const encryption: Rule = {
  name: "storage-encryption",
  family: "storage",
  level: "mandatory",
  severity: "high",
  description: "Snapshots are encrypted at rest by the bucket's default.",
  reads: "Bucket and BucketServerSideEncryptionConfiguration",
  remedy: "Add a BucketServerSideEncryptionConfiguration for the bucket with AES256 or aws:kms.",
  link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html",
  configSchema: {},
  judge: (deployment) =>
    eachBucket(deployment, function* (bucket, stack) {
      const { own, maybeRelated } = relatedResources(stack, bucket, "BucketServerSideEncryptionConfiguration");
      const inline = at(bucket.resource.props, "serverSideEncryptionConfiguration", "rule");
      const native = bucket.isNative
        ? list(bucket.resource.props, "bucketEncryption", "serverSideEncryptionConfiguration")
        : [];
      const rules = [
        ...own.flatMap((each) => list(each.props, "rules")),
        ...(inline === undefined ? [] : [inline]),
        ...native,
      ];
      if (rules.some(encrypts)) return;
      const subject = { resource: bucket.resource };
      if (maybeRelated.length > 0)
        yield notJudged(subject, "which bucket an encryption configuration belongs to is not known yet");
      else yield violation(subject, "has no encryption by default");
    }),
};

const encrypts = (rule: Value): boolean =>
  ["applyServerSideEncryptionByDefault", "serverSideEncryptionByDefault"].some((key) =>
    ALGORITHMS.includes(text(rule, key, "sseAlgorithm") ?? ""),
  );
