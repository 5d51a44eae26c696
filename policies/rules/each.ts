import { usersOf, type CacheUser } from "../acl/users";
import type { Cache } from "../model/cache";
import type { Deployment } from "../model/deployment";
import type { Stack } from "../model/stack";
import { attempt, notJudged, type Finding } from "../rule";

/** Judges every server of every stack; what may be one but is not known yet is said. */
export function* eachCache(
  deployment: Deployment,
  judge: (cache: Cache, stack: Stack) => Iterable<Finding>,
): Iterable<Finding> {
  for (const stack of deployment.stacks) {
    for (const unread of stack.unreadCaches) yield notJudged({ resource: unread.resource }, unread.why);
    for (const cache of stack.caches) yield* attempt({ resource: cache.resource }, () => judge(cache, stack));
  }
}

/** Judges every user of every server; where the users are not known yet, that is said. */
export const eachUser = (
  deployment: Deployment,
  judge: (user: CacheUser, cache: Cache, stack: Stack) => Iterable<Finding>,
): Iterable<Finding> =>
  eachCache(deployment, function* (cache, stack) {
    yield* unknownUsers(cache);
    for (const user of usersOf(cache, stack)) yield* judge(user, cache, stack);
  });

export function* unknownUsers(cache: Cache): Iterable<Finding> {
  if (cache.acl.state === "unknown") yield notJudged({ resource: cache.resource }, cache.acl.why);
}

/** Judges every stack that has a server, once. */
export function* eachCacheStack(deployment: Deployment, judge: (stack: Stack) => Iterable<Finding>): Iterable<Finding> {
  for (const stack of deployment.stacks) {
    for (const unread of stack.unreadCaches) yield notJudged({ resource: unread.resource }, unread.why);
    const [first] = stack.caches;
    if (first !== undefined) yield* attempt({ resource: first.resource }, () => judge(stack));
  }
}
