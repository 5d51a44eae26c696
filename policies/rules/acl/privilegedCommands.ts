import type { GrantedBy } from "../../../server/acl/grants";
import { grantedTo, hasWholeClient, isDangerous, kindOf, PRIVILEGED } from "../../acl/kinds";
import { texts } from "../../settings";
import { someOf, type CacheUser } from "../../acl/users";
import { violation, type Rule, type Schema, type Subject } from "../../rule";
import { eachUser } from "../each";

const named = (what: string, users: readonly string[]): Schema => ({
  type: "array",
  description: `Users that may ${what}.`,
  items: { type: "string" },
  default: users,
});

export const privilegedCommands: Rule = {
  name: "acl-privileged-commands",
  family: "acl",
  level: "mandatory",
  severity: "high",
  description:
    "Commands of administration, replication, role, configuration and scripting are for users that are named for it.",
  reads: "command rules in the ACL file and in site.json, by the engine's own categories",
  remedy: "Take the commands away from the user, or name it in this rule's configuration.",
  link: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#command-categories",
  configSchema: {
    administration: named("administrate the server", ["guard"]),
    replication: named("replicate it", ["guard", "replication"]),
    // Whoever replicates may read everything; that it could also turn the server round is another matter.
    role: named("change whom it follows", ["guard"]),
    configuration: named("read and change its configuration", ["guard"]),
    scripting: named("run scripts", []),
  },
  judge: (deployment, settings) =>
    eachUser(deployment, function* (user) {
      const granted = grantedTo(user);
      const isLibrarys = hasWholeClient(user);
      for (const kind of PRIVILEGED) {
        if (texts(settings, kind).includes(user.name)) continue;
        const commands = [...granted.keys()]
          .filter((command) => kindOf(user.dialect, command) === kind)
          .filter((command) => !(isLibrarys && command.startsWith("client|") && granted.get(command) === "name"))
          .sort();
        const left = commands.filter((command) => isLeft(command, granted.get(command), user));
        const meant = commands.filter((command) => !left.includes(command));
        const config = { config: ["users", user.name, "commands"] };
        if (meant.length > 0)
          yield violation(
            part(user, kind),
            `${user.title} is granted commands of ${kind}: ${someOf(meant.map((each) => each.toUpperCase()))}`,
            config,
          );
        if (left.length > 0)
          yield violation(
            part(user, `what -@dangerous leaves of ${kind}`),
            `${user.title} is granted commands of ${kind} that -@dangerous leaves: ` +
              `${someOf(left.map((each) => each.toUpperCase()))}`,
            { ...config, remedy: "Write -@admin before -@dangerous." },
          );
      }
    }),
};

/** Trap: some of Dragonfly's commands of administration are not in its category of dangerous ones. */
const isLeft = (command: string, by: GrantedBy | undefined, user: CacheUser): boolean =>
  by === "category" && kindOf(user.dialect, command) !== "scripting" && !isDangerous(user.dialect, command);

const part = (user: CacheUser, what: string): Subject => ({
  ...user.subject,
  part: `${user.subject.part ?? user.title}, ${what}`,
});
