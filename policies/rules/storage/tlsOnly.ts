import { peek, Unknown, type Value } from "../../model/value";
import { notJudged, violation, type Rule } from "../../rule";
import { relatedResources, eachBucket, statements, words, type Bucket, type Statement } from "./buckets";
import { isRecord } from "../../../server/records";

export const tlsOnly: Rule = {
  name: "storage-tls-only",
  family: "storage",
  level: "mandatory",
  severity: "high",
  description: "The bucket refuses whoever comes without TLS.",
  reads: "Bucket and the statements of BucketPolicy",
  remedy: "Add a BucketPolicy that denies s3:* on bucket and objects to everybody while aws:SecureTransport is false.",
  link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
  configSchema: {},
  judge: (deployment) =>
    eachBucket(deployment, function* (bucket, stack) {
      const { own, maybeRelated } = relatedResources(stack, bucket, "BucketPolicy");
      const read = own.map((each) => statements(peek(each.props, "policy")));
      const denies = read
        .flatMap((each): readonly Statement[] => (each === undefined || each instanceof Unknown ? [] : each))
        .filter(isDenial);
      const covered = ["", "/*"].every((end) =>
        denies.some((each) => each.resources.some((arn) => covers(arn, end, bucket))),
      );
      if (covered) return;
      const subject = { resource: bucket.resource };
      if (maybeRelated.length > 0 || read.some((each) => each instanceof Unknown))
        yield notJudged(subject, "the bucket's policy is not known yet");
      else yield violation(subject, "has no policy that refuses connections without TLS on bucket and objects");
    }),
};

function isDenial({ effect, actions, negated, principal, condition }: Statement): boolean {
  const everybody = principal === "*" || words(peek(principal, "AWS")).includes("*");
  return (
    effect === "Deny" &&
    !negated &&
    everybody &&
    actions.some((action) => ["s3:*", "*"].includes(action.toLowerCase())) &&
    isPlainText(condition)
  );
}

/** No further condition may narrow it. */
function isPlainText(condition: Value | undefined): boolean {
  const bool = peek(condition, "Bool");
  const secure = peek(bool, "aws:SecureTransport");
  return (
    isRecord(condition) &&
    Object.keys(condition).length === 1 &&
    isRecord(bool) &&
    Object.keys(bool).length === 1 &&
    String(words(secure)[0] ?? secure) === "false"
  );
}

/**
 * Where the bucket's own name is left to Pulumi, any single bucket's is taken for it: the policy hangs on the bucket.
 */
function covers(arn: string, end: string, bucket: Bucket): boolean {
  if (arn === "*") return true;
  const [, name, rest] = /^arn:[a-z0-9-]+:s3:::([^*/]+)(\/.*)?$/.exec(arn) ?? [];
  const isOwn =
    name !== undefined && (bucket.names.includes(name) || typeof peek(bucket.resource.props, "bucket") !== "string");
  return isOwn && (rest ?? "") === end;
}
