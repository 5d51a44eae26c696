import { isOneKey, literalPrefix } from "../../../server/acl/rules";
import { someOf, usersOf, type CacheUser } from "../../acl/users";
import type { Cache } from "../../model/cache";
import type { Stack } from "../../model/stack";
import { texts, type Settings } from "../../settings";
import { violation, type Finding, type Rule } from "../../rule";
import { eachCache, unknownUsers } from "../each";

export const overlap: Rule = {
  name: "acl-no-overlap",
  family: "acl",
  level: "mandatory",
  severity: "high",
  description: "No two applications can reach the same keys.",
  reads: "key patterns in the ACL file and in site.json",
  remedy: "Give each application a prefix that begins no other's.",
  link: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#key-permissions",
  configSchema: {
    administrators: {
      type: "array",
      description: "Users that may reach others' keys.",
      items: { type: "string" },
      default: [],
    },
  },
  judge: (deployment, settings) => eachCache(deployment, (cache, stack) => judge(cache, stack, settings)),
};

const GUARD = "guard";

function* judge(cache: Cache, stack: Stack, settings: Settings): Iterable<Finding> {
  yield* unknownUsers(cache);
  // Who reaches the guard's keys is another rule's business, and users without a bound would only drown the others.
  const bounded = usersOf(cache, stack).filter(
    (user) =>
      user.name !== GUARD &&
      !texts(settings, "administrators").includes(user.name) &&
      user.keys.every((pattern) => literalPrefix(pattern) !== ""),
  );
  for (const source of ["file", "site"] as const) {
    const users = bounded.filter((user) => user.source === source);
    for (const [later, earlier] of meetings(users)) {
      const parts = [...earlier].map((user) => user.subject.part ?? "another user");
      yield violation(later.subject, `${later.title} reaches keys of ${someOf(parts)}`, {
        config: ["users", later.name, "keys"],
      });
    }
  }
}

interface Pattern {
  readonly user: CacheUser;
  /** The user's place in the file. */
  readonly at: number;
  readonly prefix: string;
  readonly isOneKey: boolean;
}

/** As many users are named in one message, and looked at for one pattern. */
const MOST_NAMED = 8;
const MOST_LOOKED_AT = 64;

/**
 * For each user the earlier ones of which it reaches keys: what is fixed at the patterns' beginnings decides. In their
 * order a pattern stands after those whose prefix begins its own, so that one pass finds them.
 */
function meetings(users: readonly CacheUser[]): ReadonlyMap<CacheUser, ReadonlySet<CacheUser>> {
  const patterns = users
    .flatMap((user, at) =>
      user.keys.map((key): Pattern => ({ user, at, prefix: literalPrefix(key), isOneKey: isOneKey(key) })),
    )
    .sort((a, b) => (a.prefix < b.prefix ? -1 : a.prefix > b.prefix ? 1 : a.at - b.at));
  const found = new Map<CacheUser, Set<CacheUser>>();
  const above: Pattern[] = [];
  for (const pattern of patterns) {
    while (above.length > 0 && !pattern.prefix.startsWith(above.at(-1)?.prefix ?? "")) above.pop();
    for (const other of above.slice(-MOST_LOOKED_AT)) {
      if (other.user.name === pattern.user.name || (other.isOneKey && other.prefix !== pattern.prefix)) continue;
      const [earlier, later] = other.at < pattern.at ? [other, pattern] : [pattern, other];
      const named = found.get(later.user) ?? new Set();
      if (named.size < MOST_NAMED) named.add(earlier.user);
      found.set(later.user, named);
    }
    above.push(pattern);
  }
  return found;
}
