import type { Resource } from "../../model/resource";
import type { Stack } from "../../model/stack";
import { peek, Unknown } from "../../model/value";
import { attempt, notJudged, violation, type Finding, type Rule } from "../../rule";
import { buckets, statements, type Statement } from "./buckets";

const POLICY = /^aws:iam\/(policy|rolePolicy|userPolicy|groupPolicy):/;
const ON_BUCKET = ["s3:listbucket", "s3:getbucketlocation"];
const ON_OBJECTS = ["s3:getobject", "s3:putobject", "s3:deleteobject"];

export const iam: Rule = {
  name: "storage-iam",
  family: "storage",
  level: "mandatory",
  severity: "critical",
  description:
    "The cache may list its bucket and ask for its location, get, put and delete objects in it, and nothing else in S3.",
  reads: "the statements of IAM policies that concern S3",
  remedy:
    "Allow exactly s3:ListBucket and s3:GetBucketLocation on the bucket, s3:GetObject, s3:PutObject and s3:DeleteObject on its objects.",
  link: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
  configSchema: {},
  *judge(deployment) {
    for (const stack of deployment.stacks) {
      for (const resource of stack.resources)
        if (POLICY.test(resource.type)) yield* attempt({ resource }, () => judge(resource, stack));
    }
  },
};

function* judge(resource: Resource, stack: Stack): Iterable<Finding> {
  const read = statements(peek(resource.props, "policy"));
  if (read === undefined) return yield violation({ resource }, "its document cannot be read");
  if (read instanceof Unknown) return yield notJudged({ resource }, "the policy is not known yet");
  const allowed = read.filter(
    ({ effect, actions, negated }) => effect === "Allow" && (negated || actions.some(isStorage)),
  );
  if (allowed.length === 0) return;
  for (const fault of faults(allowed, stack)) yield violation({ resource }, fault);
}

const isStorage = (action: string): boolean => /^(\*|s3:)/i.test(action);

function faults(allowed: readonly Statement[], stack: Stack): string[] {
  const found: string[] = [];
  if (allowed.some((each) => each.negated)) found.push("allows whatever it does not name (NotAction, NotResource)");
  const actions = allowed
    .flatMap((each) => each.actions)
    .filter(isStorage)
    .map((action) => action.toLowerCase());
  const further = [...new Set(actions.filter((action) => ![...ON_BUCKET, ...ON_OBJECTS].includes(action)))].sort();
  if (further.length > 0) found.push(`allows more than the five actions: ${further.join(", ")}`);
  const missing = [...ON_BUCKET, ...ON_OBJECTS].filter((action) => !actions.includes(action));
  if (missing.length > 0 && further.length === 0) found.push(`lacks ${missing.join(", ")}`);
  if (allowed.some((each) => each.resources.some((arn) => !isOwn(arn, stack))))
    found.push("reaches beyond the stack's bucket");
  return found;
}

/** A bucket of the stack or its objects; where the stack has none that is named, any single bucket. */
function isOwn(arn: string, stack: Stack): boolean {
  const name = /^arn:[a-z0-9-]+:s3:::([^*?/]+)(\/.*)?$/.exec(arn)?.[1];
  if (name === undefined) return false;
  const known = buckets(stack);
  const named = known.filter((bucket) => typeof peek(bucket.resource.props, "bucket") === "string");
  return named.length < known.length || known.length === 0 || known.some((bucket) => bucket.names.includes(name));
}
