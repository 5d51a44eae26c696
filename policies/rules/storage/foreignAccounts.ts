import { once } from "../../model/once";
import type { Stack } from "../../model/stack";
import { isMap, peek, Unknown, type Value } from "../../model/value";
import { texts, type Settings } from "../../settings";
import { notJudged, violation, type Finding, type Rule } from "../../rule";
import { eachBucket, policyOf, relatedResources, type Bucket } from "./buckets";
import { statements, words, type Statement } from "./documents";

export const foreignAccounts: Rule = {
  name: "storage-foreign-accounts",
  family: "storage",
  level: "mandatory",
  severity: "critical",
  description: "The bucket's policy lets no other account in, and not everybody.",
  reads: "Bucket and the principals that BucketPolicy allows",
  remedy: "Allow only principals of the bucket's own account, or name the account in this rule's configuration.",
  link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-bucket-user-policy-specifying-principal-intro.html",
  configSchema: {
    accounts: {
      type: "array",
      description: "Numbers of the accounts that may be let in.",
      items: { type: "string", pattern: "^\\d{12}$" },
      default: [],
    },
  },
  judge: (deployment, settings) =>
    eachBucket(deployment, function* (bucket, stack) {
      for (const policy of relatedResources(stack, bucket, "BucketPolicy").own) {
        const read = statements(policyOf(policy));
        if (read === undefined || read instanceof Unknown) continue;
        for (const each of read) yield* judge(each, bucket, stack, settings);
      }
    }),
};

/** Keys of conditions that leave in only who belongs to an account, an organisation or a network. */
const NARROWING =
  /^aws:(principal(account|orgid|orgpaths|arn)|source(account|arn|orgid|vpc|vpce|ip)|userid|calledvia)$/i;

function* judge(
  { effect, except, principal, condition }: Statement,
  bucket: Bucket,
  stack: Stack,
  settings: Settings,
): Iterable<Finding> {
  if (effect !== "Allow") return;
  const subject = { resource: bucket.resource };
  const isNarrowed = entries(condition).some(([, keys]) => entries(keys).some(([key]) => NARROWING.test(key)));
  if (except.principals) return yield violation(subject, "its policy allows everybody but those it names");
  const named = principal === "*" ? ["*"] : words(peek(principal, "AWS"));
  const own = new Set([...texts(settings, "accounts"), ...ownAccounts(stack)]);
  for (const each of named.slice(0, MOST_PRINCIPALS)) yield* judgePrincipal(each, subject, own, isNarrowed);
}

const MOST_PRINCIPALS = 256;

function* judgePrincipal(
  principal: string,
  subject: { readonly resource: Bucket["resource"] },
  own: ReadonlySet<string>,
  isNarrowed: boolean,
): Iterable<Finding> {
  if (principal === "*") {
    if (!isNarrowed) yield violation(subject, "its policy allows everybody");
    return;
  }
  const account = /^(?:arn:[a-z0-9-]+:(?:iam|sts)::)?(\d{12})(?::|$)/.exec(principal)?.[1];
  if (account === undefined || own.has(account)) return;
  const isWhole = /^\d{12}$|:root$/.test(principal);
  if (own.size > 0 || isWhole) yield violation(subject, `its policy allows account ${account}, which is another one`);
  else yield notJudged(subject, "which account the bucket belongs to is not known: its policy allows a role by ARN");
}

/** Numbers in ARNs of the stack's own resources, and those that its providers are bound to. */
const ownAccounts: (stack: Stack) => readonly string[] = once((stack) =>
  stack.resources.flatMap(({ type, props }) => {
    const arn = type.startsWith("aws") ? peek(props, "arn") : undefined;
    const account = typeof arn === "string" ? /^arn:[a-z0-9-]+:[a-z0-9-]+:[^:]*:(\d{12}):/.exec(arn)?.[1] : undefined;
    const bound = type.startsWith("pulumi:providers:aws") ? words(peek(props, "allowedAccountIds")) : [];
    return [...(account === undefined ? [] : [account]), ...bound];
  }),
);

const entries = (value: Value | undefined): [string, Value][] => (isMap(value) ? Object.entries(value) : []);
