import { siteFile } from "../../acl/users";
import type { Cache } from "../../model/cache";
import type { Deployment } from "../../model/deployment";
import type { Stack } from "../../model/stack";
import { text, UnknownValue, type Value } from "../../model/value";
import { notJudged, type Finding } from "../../rule";

/** A stack with its server, as one of the sites that stand in for each other. */
export interface Site {
  readonly stack: Stack;
  readonly cache: Cache;
  /** site.json as its guard reads it; undefined where there is no guard or it is not known. */
  readonly settings: Value | undefined;
  /** The name that peers know it by. */
  readonly name: string;
}

export function sitesOf(deployment: Deployment): Site[] {
  return deployment.stacks.flatMap((stack) => {
    const [cache] = stack.caches;
    if (cache === undefined) return [];
    const settings = known(() => siteFile(cache, stack)?.content);
    return [{ stack, cache, settings, name: known(() => text(settings, "site")) ?? stack.name }];
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
export function* eachPair(
  deployment: Deployment,
  judge: (one: Site, other: Site) => Iterable<Finding>,
): Iterable<Finding> {
  const sites = sitesOf(deployment);
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

/** The site that makes the passwords is the one that starts as the primary; undefined where that is not known. */
export function firstPrimary(one: Site, other: Site): Site | undefined {
  const makes = (site: Site): boolean =>
    site.stack.resources.some((each) => each.type.startsWith("random:index/randomPassword:"));
  if (makes(one) !== makes(other)) return makes(one) ? one : other;
  return [one, other].find((site) => site.name === "primary");
}
