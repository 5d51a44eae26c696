import { siteFile } from "../../acl/users";
import type { Cache } from "../../model/cache";
import type { Estate } from "../../model/estate";
import type { Stack } from "../../model/stack";
import { text, UnknownValue, type Value } from "../../model/value";
import { notJudged, type Finding } from "../../rule";

/** A stack with its server, as one of the sites that stand in for each other. */
export interface Site {
  readonly stack: Stack;
  readonly cache: Cache;
  /** What its guard is told; undefined where there is no guard or it is not known. */
  readonly told: Value | undefined;
  /** The name that peers know it by. */
  readonly name: string;
}

export function sitesOf(estate: Estate): Site[] {
  return estate.stacks.flatMap((stack) => {
    const [cache] = stack.caches;
    if (cache === undefined) return [];
    const told = known(() => siteFile(cache, stack)?.content);
    return [{ stack, cache, told, name: known(() => text(told, "site")) ?? stack.name }];
  });
}

const known = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValue) return undefined;
    throw error;
  }
};

/** Judges each pair of sites once, in the order of their stacks' names. */
export function* eachPair(estate: Estate, judge: (one: Site, other: Site) => Iterable<Finding>): Iterable<Finding> {
  const sites = sitesOf(estate);
  const [only] = sites;
  if (sites.length === 1 && only !== undefined)
    yield notJudged(
      { resource: only.cache.resource },
      `what the sites must agree on: only stack ${only.stack.name} is here`,
    );
  for (const [i, one] of sites.entries()) {
    for (const other of sites.slice(i + 1)) {
      try {
        yield* judge(one, other);
      } catch (error) {
        if (!(error instanceof UnknownValue)) throw error;
        yield notJudged(
          { resource: other.cache.resource },
          `${one.stack.name} and ${other.stack.name}: ${error.message}`,
        );
      }
    }
  }
}

/** The site that makes the passwords is the one that starts as the primary; undefined where that is not told. */
export function firstPrimary(one: Site, other: Site): Site | undefined {
  const makes = (site: Site): boolean =>
    site.stack.resources.some((each) => each.type.startsWith("random:index/randomPassword:"));
  if (makes(one) !== makes(other)) return makes(one) ? one : other;
  return [one, other].find((site) => site.name === "primary");
}
