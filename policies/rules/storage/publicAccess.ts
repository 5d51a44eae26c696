import { at } from "../../model/value";
import { notJudged, violation, type Rule } from "../../rule";
import { relatedResources, eachBucket } from "./buckets";

const SWITCHES = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

export const publicAccess: Rule = {
  name: "storage-public-access",
  family: "storage",
  level: "mandatory",
  severity: "critical",
  description: "No snapshot can become public: each bucket has a public access block with all four switches on.",
  reads: "Bucket and BucketPublicAccessBlock",
  remedy: "Add a BucketPublicAccessBlock for the bucket with all four set to true.",
  link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
  configSchema: {},
  judge: (deployment) =>
    eachBucket(deployment, function* (bucket, stack) {
      const { own, maybeRelated } = relatedResources(stack, bucket, "BucketPublicAccessBlock");
      const native = bucket.isNative ? at(bucket.resource.props, "publicAccessBlockConfiguration") : undefined;
      const blocks = [...own.map((each) => each.props), ...(native === undefined ? [] : [native])];
      const off = SWITCHES.filter((name) => !blocks.some((each) => at(each, name) === true));
      if (off.length === 0) return;
      const subject = { resource: bucket.resource };
      if (maybeRelated.length > 0)
        yield notJudged(subject, "which bucket a public access block belongs to is not known yet");
      else if (blocks.length === 0) yield violation(subject, "has no public access block");
      else yield violation(subject, `has a public access block without ${off.join(", ")}`);
    }),
};
