import { peek, Unknown, isMap, type Value } from "../../model/value";
import { notJudged, violation, type Rule } from "../../rule";
import { eachBucket, policyOf, relatedResources, type Bucket } from "./buckets";
import { statements, words, type Statement } from "./documents";

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
      const read = own.map((each) => statements(policyOf(each)));
      const denies = read
        .flatMap((each): readonly Statement[] => (each === undefined || each instanceof Unknown ? [] : each))
        .filter(isDenial);
      const covered = ["", "/"].every((end) =>
        denies.some((each) => each.resources.some((arn) => covers(arn, end, bucket))),
      );
      if (covered) return;
      const subject = { resource: bucket.resource };
      if (maybeRelated.length > 0 || read.some((each) => each instanceof Unknown))
        yield notJudged(subject, "the bucket's policy is not known yet");
      else yield violation(subject, "has no policy that refuses connections without TLS on bucket and objects");
    }),
};

function isDenial({ effect, actions, except, principal, condition }: Statement): boolean {
  const everybody = principal === "*" || ["AWS", "*"].some((key) => words(peek(principal, key)).includes("*"));
  return (
    effect === "Deny" &&
    !except.actions &&
    !except.resources &&
    !except.principals &&
    everybody &&
    actions.some((action) => action === "s3:*" || action === "*") &&
    isWithoutTls(condition)
  );
}

/** Operators that hold while the key has the value "false"; of a request the key is always there. */
const IS_FALSE = /^(bool|string(equals|like)(ignorecase)?)(ifexists)?$/i;
const IS_NOT_TRUE = /^stringnot(equals|like)(ignorecase)?(ifexists)?$/i;

/** Names of condition keys are the same in any case. No further condition may narrow it. */
function isWithoutTls(condition: Value | undefined): boolean {
  const conditions = entries(condition).flatMap(([operator, keys]) =>
    entries(keys).map(([key, value]) => ({ operator, key: key.toLowerCase(), value })),
  );
  const [only] = conditions;
  if (only === undefined || conditions.length > 1 || only.key !== "aws:securetransport") return false;
  const values = Array.isArray(only.value) ? (only.value as readonly Value[]) : [only.value];
  const [value] = values;
  if (values.length !== 1 || value === undefined) return false;
  const word = String(value).toLowerCase();
  return (IS_FALSE.test(only.operator) && word === "false") || (IS_NOT_TRUE.test(only.operator) && word === "true");
}

const entries = (value: Value | undefined): [string, Value][] => (isMap(value) ? Object.entries(value) : []);

/**
 * Whether an ARN covers the bucket (`end` "") or all of its objects (`end` "/"). Where the bucket's own name is left to
 * Pulumi, any single bucket's is taken for it: the policy hangs on the bucket.
 */
function covers(arn: string, end: string, bucket: Bucket): boolean {
  if (arn === "*") return true;
  const written = /^arn:[a-z0-9-]+:s3:::(.+)$/.exec(arn)?.[1];
  if (written === undefined) return false;
  const isAll = written.endsWith("*");
  const fixed = isAll ? written.slice(0, -1) : written;
  if (/[*?]/.test(fixed)) return false;
  const isNamed = typeof peek(bucket.resource.props, bucket.isNative ? "bucketName" : "bucket") === "string";
  const names = isNamed ? bucket.names : [fixed.split("/")[0] ?? ""];
  return names.some((name) => (isAll ? `${name}${end}`.startsWith(fixed) : end === "" && fixed === name));
}
