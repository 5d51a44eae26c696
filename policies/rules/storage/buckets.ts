import { snapshotFolders } from "../server/schedule";
import type { Deployment } from "../../model/deployment";
import { once } from "../../model/once";
import type { Resource } from "../../model/resource";
import type { Stack } from "../../model/stack";
import { peek, Unknown, UnknownValue, type Value } from "../../model/value";
import { attempt, type Finding } from "../../rule";

/** A bucket, and what it may be called by the resources that set it up. */
export interface Bucket {
  readonly resource: Resource;
  readonly names: readonly string[];
  /** Whether it is of Pulumi's provider aws-native, where settings are the bucket's own properties. */
  readonly isNative: boolean;
}

const BUCKET = /^(aws:s3\/bucket(V2)?:Bucket(V2)?|aws-native:s3:Bucket)$/;

export const buckets: (stack: Stack) => readonly Bucket[] = once((stack) =>
  stack.resources
    .filter((each) => BUCKET.test(each.type))
    .map((resource) => {
      const written = ["bucket", "bucketName", "id"]
        .map((key) => peek(resource.props, key))
        .filter((name) => typeof name === "string");
      // In a rendering an id is the resource's name and "-id".
      const names = [...written, resource.name, `${resource.name}-id`];
      return { resource, names, isNative: resource.type.startsWith("aws-native:") };
    }),
);

/** The buckets' names that caches write their snapshots to, as far as they say it. */
export const namedByCaches: (stack: Stack) => ReadonlySet<string> = once((stack) => {
  const names = new Set<string>();
  for (const cache of stack.caches) {
    try {
      for (const { bucket } of snapshotFolders(cache, stack)) names.add(bucket.slice(bucket.lastIndexOf("/") + 1));
    } catch (error) {
      if (!(error instanceof UnknownValue)) throw error;
    }
  }
  return names;
});

/** The buckets that hold snapshots: those that a cache names, or all of them where none is named. */
export const snapshotBuckets: (stack: Stack) => readonly Bucket[] = once((stack) => {
  const named = namedByCaches(stack);
  const own = buckets(stack).filter((bucket) => bucket.names.some((name) => named.has(name)));
  return own.length > 0 ? own : buckets(stack);
});

/** Judges every bucket with snapshots of every stack. */
export function* eachBucket(
  deployment: Deployment,
  judge: (bucket: Bucket, stack: Stack) => Iterable<Finding>,
): Iterable<Finding> {
  for (const stack of deployment.stacks)
    for (const bucket of snapshotBuckets(stack))
      yield* attempt({ resource: bucket.resource }, () => judge(bucket, stack));
}

/** The resources of a kind that belong to a bucket, and those of which that is not known. */
export interface RelatedResources {
  readonly own: readonly Resource[];
  readonly maybeRelated: readonly Resource[];
}

/** @param kind such as "BucketVersioning"; its later spellings count as well. */
export function relatedResources(stack: Stack, bucket: Bucket, kind: string): RelatedResources {
  const all = stack.resources.filter(
    (each) =>
      /^aws(-native)?:s3[/:]/.test(each.type) && [kind, `${kind}V2`].some((name) => each.type.endsWith(`:${name}`)),
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

/** The document of a bucket's policy. */
export const policyOf = (policy: Resource): Value | undefined =>
  peek(policy.props, "policy") ?? peek(policy.props, "policyDocument");
