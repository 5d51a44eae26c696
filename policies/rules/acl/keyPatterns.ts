import { literalPrefix } from "../../../server/acl/rules";
import { texts } from "../../settings";
import { violation, type Rule } from "../../rule";
import { readAcl, usersOf } from "../../acl/users";
import { eachCache, unknownUsers } from "../each";

export const keyPatterns: Rule = {
  name: "acl-key-patterns",
  family: "acl",
  level: "mandatory",
  severity: "high",
  description: "Every user reaches only keys under a prefix of its own, unless it is named as an administrator.",
  reads: "key patterns in the ACL file and in site.json",
  remedy:
    "Give the user patterns with a prefix, such as ~shop:*, or name it under administrators with the team's consent.",
  link: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#key-permissions",
  configSchema: {
    administrators: {
      type: "array",
      description: "Users that may reach every key.",
      items: { type: "string" },
      default: [],
    },
  },
  judge: (deployment, settings) =>
    eachCache(deployment, function* (cache, stack) {
      yield* unknownUsers(cache);
      const administrators = texts(settings, "administrators");
      if (cache.acl.state === "absent" && readAcl(cache) === undefined && !administrators.includes("default"))
        yield violation(
          { resource: cache.resource },
          "no ACL file: every client is the user default, who reaches every key",
          { config: ["users"] },
        );
      for (const user of usersOf(cache, stack)) {
        const wide = user.keys.filter((pattern) => literalPrefix(pattern) === "");
        if (wide.length === 0 || administrators.includes(user.name)) continue;
        const extent = user.keys.includes("*") ? "reaches every key" : "reaches keys that no prefix bounds";
        yield violation(user.subject, `${user.title} ${extent}`, { config: ["users", user.name, "keys"] });
      }
    }),
};
