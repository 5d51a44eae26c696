import { touchesReserved } from "../../../server/acl/rules";
import { RESERVED_PREFIX } from "../../../server/acl/user";
import { violation, type Rule } from "../../rule";
import { eachUser } from "../each";

const GUARD = "guard";

/** The guard's heartbeat decides who is newer: whoever writes it decides which site gives way. */
export const reservedPrefix: Rule = {
  name: "acl-reserved-prefix",
  family: "acl",
  level: "mandatory",
  severity: "critical",
  description: `Keys under ${RESERVED_PREFIX} are the guard's, and its only ones.`,
  reads: "key patterns in the ACL file and in site.json",
  remedy: `Use patterns that leave out ${RESERVED_PREFIX}; "*" in a stack's configuration is written out that way.`,
  link: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#key-permissions",
  configSchema: {},
  judge: (deployment) =>
    eachUser(deployment, function* (user) {
      const touching = user.keys.filter(touchesReserved);
      if (user.name !== GUARD && touching.length > 0) {
        yield violation(user.subject, `${user.title} reaches keys under ${RESERVED_PREFIX}`, {
          config: ["users", user.name, "keys"],
        });
      } else if (user.name === GUARD && user.keys.some((pattern) => !pattern.startsWith(RESERVED_PREFIX))) {
        yield violation(user.subject, `${user.title} reaches keys beyond ${RESERVED_PREFIX}`);
      }
    }),
};
