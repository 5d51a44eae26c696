import { RESOLVER_PREFIX, RESOLVER_USER } from "../../../contract/resolverUser";
import { once } from "../../model/once";
import { textLists, type Settings } from "../../settings";
import { violation, type Rule } from "../../rule";
import { eachUser } from "../each";

/** The resolver reads whatever name a stranger asks for: what it may touch is fixed, not only bounded. */
export const confinedUsers: Rule = {
  name: "acl-confined-users",
  family: "acl",
  level: "mandatory",
  severity: "high",
  description:
    "Users that serve strangers, the resolver's first, have exactly the key patterns that are set down here.",
  reads: "key patterns in the ACL file and in site.json",
  remedy: `Give the user exactly these patterns: for ${RESOLVER_USER} ~${RESOLVER_PREFIX}:*.`,
  link: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#key-permissions",
  configSchema: {
    users: {
      type: "object",
      description: "Key patterns by user.",
      properties: {},
      open: true,
      default: { [RESOLVER_USER]: [`${RESOLVER_PREFIX}:*`] },
    },
  },
  judge: (deployment, settings) =>
    eachUser(deployment, function* (user) {
      const wanted = confined(settings).get(user.name);
      if (wanted === undefined || same(wanted, user.keys)) return;
      yield violation(user.subject, `${user.title} has other key patterns than the ${wanted.length} set down for it`, {
        config: ["users", user.name, "keys"],
      });
    }),
};

const confined = once((settings: Settings) => textLists(settings, "users"));

const same = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((each) => others.includes(each));
