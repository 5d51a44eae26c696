import { literalPrefix } from "../../../server/acl/rules";
import { usersOf } from "../../acl/users";
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
    for (const [i, later] of users.entries()) {
      for (const earlier of users.slice(0, i)) {
        if (earlier.name === later.name || !later.keys.some((one) => earlier.keys.some((other) => meet(one, other))))
          continue;
        yield violation(later.subject, `${later.title} reaches keys of ${earlier.subject.part ?? "another user"}`, {
          config: ["users", later.name, "keys"],
        });
      }
    }
  }
}

/**
 * Whether some key could match both: what is fixed at their beginnings decides, and a pattern without wildcards is one
 * key.
 */
function meet(one: string, other: string): boolean {
  const [a, b] = [literalPrefix(one), literalPrefix(other)];
  if (isOneKey(one) && isOneKey(other)) return a === b;
  if (isOneKey(one)) return a.startsWith(b);
  if (isOneKey(other)) return b.startsWith(a);
  return a.startsWith(b) || b.startsWith(a);
}

const isOneKey = (pattern: string): boolean => !/(^|[^\\])(\\\\)*[*?[]/.test(pattern);
