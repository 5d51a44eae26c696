import { at } from "../../model/value";
import { notJudged, violation, type Rule } from "../../rule";
import { relatedResources, eachBucket } from "./buckets";

export const versioning: Rule = {
  name: "storage-versioning",
  family: "storage",
  level: "mandatory",
  severity: "high",
  description: "A snapshot that is overwritten or deleted can be had back: the bucket is versioned.",
  reads: "Bucket and BucketVersioning",
  remedy: "Add a BucketVersioning for the bucket with status Enabled.",
  link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
  configSchema: {},
  judge: (deployment) =>
    eachBucket(deployment, function* (bucket, stack) {
      const { own, maybeRelated } = relatedResources(stack, bucket, "BucketVersioning");
      if (own.some((each) => at(each.props, "versioningConfiguration", "status") === "Enabled")) return;
      if (at(bucket.resource.props, "versioning", "enabled") === true) return;
      if (bucket.isNative && at(bucket.resource.props, "versioningConfiguration", "status") === "Enabled") return;
      const subject = { resource: bucket.resource };
      if (maybeRelated.length > 0) yield notJudged(subject, "which bucket a versioning belongs to is not known yet");
      else yield violation(subject, "is not versioned");
    }),
};
