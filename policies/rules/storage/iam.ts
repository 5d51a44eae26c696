import type { Stack } from "../../model/stack";
import { Unknown } from "../../model/value";
import { attempt, notJudged, violation, type Finding, type Rule } from "../../rule";
import { buckets, namedByCaches, snapshotBuckets } from "./buckets";
import { matchesGlob, type Statement } from "./documents";
import { principals, type GivenPolicy, type Principal } from "./principals";

const ON_BUCKET = ["s3:listbucket", "s3:getbucketlocation"];
const ON_OBJECTS = ["s3:getobject", "s3:putobject", "s3:deleteobject"];
const NEEDED = [...ON_BUCKET, ...ON_OBJECTS];
/** Whoever may do one of these is the one that writes snapshots. */
const WRITING = ["s3:putobject", "s3:deleteobject"];

export const iam: Rule = {
  name: "storage-iam",
  family: "storage",
  level: "mandatory",
  severity: "critical",
  description:
    "Who reaches a bucket with snapshots may list it, ask for its location, and get, put and delete objects in it," +
    " and nothing else in S3.",
  reads: "IAM policies, inline and attached, of every role, user and group together, so far as they concern S3",
  remedy:
    "Allow at most s3:ListBucket and s3:GetBucketLocation on the bucket, and s3:GetObject, s3:PutObject and" +
    " s3:DeleteObject on its objects; who writes snapshots needs all five.",
  link: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
  configSchema: {},
  *judge(deployment) {
    for (const stack of deployment.stacks) {
      for (const principal of principals(stack)) {
        const [first] = [...principal.policies, ...principal.unread];
        if (first !== undefined) yield* attempt({ resource: first.resource }, () => judge(principal, stack));
      }
    }
  },
};

function* judge({ policies, unread }: Principal, stack: Stack): Iterable<Finding> {
  for (const { resource } of unread) yield notJudged({ resource }, "what the managed policy allows is not known here");
  const touching: { readonly policy: GivenPolicy; readonly allowed: readonly Statement[] }[] = [];
  for (const policy of policies) {
    const read = policy.statements;
    if (read instanceof Unknown) yield notJudged({ resource: policy.resource }, "the policy is not known yet");
    else if (read === undefined) yield violation({ resource: policy.resource }, "its document cannot be read");
    else touching.push({ policy, allowed: read.filter((each) => each.effect === "Allow" && concernsStorage(each)) });
  }
  const reaching = touching.filter(({ allowed }) => allowed.some((each) => reachesSnapshots(each, stack)));
  for (const { policy, allowed } of reaching) {
    for (const fault of faults(allowed, stack)) yield violation({ resource: policy.resource }, fault);
  }
  const [first] = reaching;
  const actions = new Set(touching.flatMap(({ allowed }) => allowed.flatMap((each) => each.actions)));
  const isWriter = WRITING.some((action) => actions.has(action));
  const isWider = [...actions].some((action) => isStorage(action) && !NEEDED.includes(action));
  const missing = NEEDED.filter((action) => !actions.has(action));
  if (first !== undefined && isWriter && !isWider && missing.length > 0 && !policies.some(isUnknown))
    yield violation({ resource: first.policy.resource }, `lacks ${missing.join(", ")}: snapshots fail`);
}

const isUnknown = ({ statements }: GivenPolicy): boolean => statements instanceof Unknown;
const isStorage = (action: string): boolean => /^(\*|s3:)/.test(action);

/** Where it names what it does not concern, everything else is allowed. */
const concernsStorage = ({ actions, except }: Statement): boolean =>
  except.actions ? !actions.some((action) => action === "*" || action === "s3:*") : actions.some(isStorage);

function reachesSnapshots({ resources, except }: Statement, stack: Stack): boolean {
  if (except.resources) return true;
  const names = [...namedByCaches(stack), ...snapshotBuckets(stack).flatMap((bucket) => bucket.names)];
  return resources.some((arn) => {
    if (arn === "*") return true;
    const pattern = bucketIn(arn);
    if (pattern === undefined) return false;
    // Where a bucket's name is not known yet, a policy of the stack is taken to mean it.
    return names.some((name) => matchesGlob(pattern, name)) || (hasNameless(stack) && !isOther(pattern, stack));
  });
}

/** The bucket's part of an ARN, wildcards and all. */
const bucketIn = (arn: string): string | undefined => /^arn:[a-z0-9*-]+:s3:[^:]*:[^:]*:([^/]+)/.exec(arn)?.[1];

const hasNameless = (stack: Stack): boolean =>
  snapshotBuckets(stack).length === 0 ||
  snapshotBuckets(stack).some(
    ({ resource, isNative }) => typeof propOf(resource.props, isNative ? "bucketName" : "bucket") !== "string",
  );
const propOf = (props: unknown, key: string): unknown =>
  typeof props === "object" && props !== null && Object.hasOwn(props, key)
    ? (props as Readonly<Record<string, unknown>>)[key]
    : undefined;

const isOther = (name: string, stack: Stack): boolean =>
  buckets(stack).some((bucket) => bucket.names.includes(name) && !snapshotBuckets(stack).includes(bucket));

function faults(allowed: readonly Statement[], stack: Stack): string[] {
  const found: string[] = [];
  if (allowed.some(({ except }) => except.actions || except.resources))
    found.push("allows whatever it does not name (NotAction, NotResource)");
  const actions = allowed.filter(({ except }) => !except.actions).flatMap((each) => each.actions);
  const further = [...new Set(actions.filter((action) => isStorage(action) && !NEEDED.includes(action)))].sort();
  if (further.length > 0) found.push(`allows more than the five actions: ${further.slice(0, 8).join(", ")}`);
  const isWide = ({ resources, except }: Statement): boolean =>
    !except.resources && resources.some((arn) => !isOwn(arn, stack));
  if (allowed.some(isWide)) found.push("reaches beyond the stack's bucket");
  return found;
}

/** A bucket of the stack or its objects; where the stack has none that is named, any single bucket. */
function isOwn(arn: string, stack: Stack): boolean {
  const name = bucketIn(arn);
  if (name === undefined || /[*?]/.test(name)) return false;
  return (
    hasNameless(stack) || namedByCaches(stack).has(name) || buckets(stack).some((bucket) => bucket.names.includes(name))
  );
}
