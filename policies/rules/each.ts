import type { Cache } from "../model/cache";
import type { Estate } from "../model/estate";
import type { Stack } from "../model/stack";
import { attempt, notJudged, type Finding } from "../rule";

/** Judges every server of every stack; what may be one but is not known yet is said. */
export function* eachCache(estate: Estate, judge: (cache: Cache, stack: Stack) => Iterable<Finding>): Iterable<Finding> {
  for (const stack of estate.stacks) {
    for (const unread of stack.unreadCaches) yield notJudged({ resource: unread.resource }, unread.why);
    for (const cache of stack.caches) yield* attempt({ resource: cache.resource }, () => judge(cache, stack));
  }
}
