import type { Deployment } from "../../model/deployment";
import type { Resource } from "../../model/resource";
import type { Stack } from "../../model/stack";
import { isMap, peek, plain, Unknown, type Value } from "../../model/value";
import { attempt, type Finding } from "../../rule";

/** A bucket, and what it may be called by the resources that set it up. */
export interface Bucket {
  readonly resource: Resource;
  readonly names: readonly string[];
}

const BUCKET = /^aws:s3\/bucket(V2)?:Bucket(V2)?$/;

export function buckets(stack: Stack): Bucket[] {
  return stack.resources
    .filter((each) => BUCKET.test(each.type))
    .map((resource) => {
      const written = [peek(resource.props, "bucket"), peek(resource.props, "id")].filter(
        (name) => typeof name === "string",
      );
      // In a rendering an id is the resource's name and "-id".
      return { resource, names: [...written, resource.name, `${resource.name}-id`] };
    });
}

/** Judges every bucket of every stack. */
export function* eachBucket(
  deployment: Deployment,
  judge: (bucket: Bucket, stack: Stack) => Iterable<Finding>,
): Iterable<Finding> {
  for (const stack of deployment.stacks)
    for (const bucket of buckets(stack)) yield* attempt({ resource: bucket.resource }, () => judge(bucket, stack));
}

/** What the resources of a kind that belong to a bucket say, and whether one more may belong to it. */
export interface RelatedResources {
  readonly own: readonly Resource[];
  readonly maybeRelated: readonly Resource[];
}

/** @param kind such as "BucketVersioning"; its later spellings count as well. */
export function relatedResources(stack: Stack, bucket: Bucket, kind: string): RelatedResources {
  const all = stack.resources.filter(
    (each) => each.type.startsWith("aws:s3/") && [kind, `${kind}V2`].some((name) => each.type.endsWith(`:${name}`)),
  );
  const named = (each: Resource): Value | undefined => peek(each.props, "bucket");
  const isOf = (one: Bucket, each: Resource): boolean => one.names.some((name) => name === named(each));
  // A bucket without a name yet may be anybody's that no other bucket has.
  const isNameless = [peek(bucket.resource.props, "bucket"), bucket.resource.props].some(
    (each) => each instanceof Unknown,
  );
  const mayBelong = (each: Resource): boolean =>
    named(each) instanceof Unknown || (isNameless && !buckets(stack).some((one) => isOf(one, each)));
  return { own: all.filter((each) => isOf(bucket, each)), maybeRelated: all.filter(mayBelong) };
}

/** One statement of a policy document, lists made of single words. */
export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly negated: boolean;
  readonly principal: Value | undefined;
  readonly condition: Value | undefined;
}

/** @returns Unknown where the document, or a part of it, is not known; undefined where it cannot be read. */
export function statements(document: Value | undefined): readonly Statement[] | Unknown | undefined {
  if (document instanceof Unknown) return document;
  const content = typeof document === "string" ? parse(document) : document;
  const written = peek(content, "Statement");
  const all = Array.isArray(written) ? (written as readonly Value[]) : isMap(written) ? [written] : undefined;
  return all?.map((each) => ({
    effect: String(peek(each, "Effect") ?? ""),
    actions: words(peek(each, "Action")),
    resources: words(peek(each, "Resource")),
    negated: isMap(each) && ("NotAction" in each || "NotResource" in each || "NotPrincipal" in each),
    principal: peek(each, "Principal"),
    condition: peek(each, "Condition"),
  }));
}

function parse(text: string): Value | undefined {
  try {
    return plain(JSON.parse(text)).value;
  } catch {
    return undefined;
  }
}

export function words(value: Value | undefined): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? (value as readonly Value[]).filter((each) => typeof each === "string") : [];
}
