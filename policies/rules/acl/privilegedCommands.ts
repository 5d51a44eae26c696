import { commandsOf } from "../../acl/grants";
import { kindOf, PRIVILEGED } from "../../acl/sets";
import { texts } from "../../settings";
import { violation, type Rule, type Schema } from "../../rule";
import { eachUser } from "../each";

const named = (what: string, users: readonly string[]): Schema => ({ type: "array", description: `Users that may ${what}.`, items: { type: "string" }, default: users });

export const privilegedCommands: Rule = {
  name: "acl-privileged-commands",
  family: "acl",
  level: "mandatory",
  severity: "high",
  description: "Commands of administration, replication, configuration and scripting are for users that are named for it.",
  remedy: "Take the commands away from the user, or name it in this rule's configuration.",
  link: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#command-categories",
  configSchema: {
    administration: named("administrate the server", ["guard"]),
    replication: named("replicate it or change its role", ["guard", "replication"]),
    configuration: named("read and change its configuration", ["guard"]),
    scripting: named("run scripts", []),
  },
  judge: (estate, settings) =>
    eachUser(estate, function* (user) {
      const granted = [...commandsOf(user.commands, user.engine).keys()];
      for (const kind of PRIVILEGED) {
        const commands = granted.filter((command) => kindOf(command) === kind).sort();
        if (commands.length === 0 || texts(settings, kind).includes(user.name)) continue;
        const subject = { ...user.subject, part: `${user.subject.part ?? user.title}, ${kind}` };
        yield violation(subject, `${user.title} is granted commands of ${kind}: ${commands.join(", ")}`, { config: ["users", user.name, "commands"] });
      }
    }),
};
