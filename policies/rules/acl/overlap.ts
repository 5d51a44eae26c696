import { literalPrefix } from "../../../server/acl/rules";
import { usersOf, type CacheUser } from "../../acl/users";
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
  remedy: "Give each application a prefix that begins no other's.",
  link: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#key-permissions",
  configSchema: {
    administrators: { type: "array", description: "Users that may reach others' keys.", items: { type: "string" }, default: [] },
  },
  judge: (estate, settings) => eachCache(estate, (cache, stack) => judge(cache, stack, settings)),
};

function* judge(cache: Cache, stack: Stack, settings: Settings): Iterable<Finding> {
  yield* unknownUsers(cache);
  const users = usersOf(cache, stack).filter((user) => !texts(settings, "administrators").includes(user.name));
  for (const source of ["file", "site"] as const) {
    // Users without a bound are told to have one by another rule; here they would only drown the others.
    const bounded = users.filter((user) => user.source === source).map((user) => ({ user, prefixes: user.keys.map(literalPrefix).filter((prefix) => prefix !== "") }));
    for (const [i, later] of bounded.entries()) {
      for (const earlier of bounded.slice(0, i)) {
        if (earlier.user.name === later.user.name || !meet(earlier.prefixes, later.prefixes)) continue;
        yield violation(later.user.subject, `${later.user.title} reaches keys of ${named(earlier.user)}`, { config: ["users", later.user.name, "keys"] });
      }
    }
  }
}

const meet = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((one) => others.some((other) => one.startsWith(other) || other.startsWith(one)));

const named = (user: CacheUser): string => user.subject.part ?? "another user";
