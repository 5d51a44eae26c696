import { commandsOf } from "../../acl/grants";
import { isDangerous } from "../../acl/sets";
import { texts } from "../../settings";
import { violation, type Rule } from "../../rule";
import { eachUser } from "../each";

export const dangerousCommands: Rule = {
  name: "acl-dangerous-commands",
  family: "acl",
  level: "mandatory",
  severity: "critical",
  description:
    "No user is granted dangerous commands along with a category: not by +@all without -@dangerous after it.",
  reads: "command rules in the ACL file and in site.json, by the engine's own categories",
  remedy: "Write -@dangerous after the categories that are granted, then name the single commands that are needed.",
  link: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#command-categories",
  configSchema: {
    administrators: {
      type: "array",
      description: "Users that may have every command.",
      items: { type: "string" },
      default: [],
    },
  },
  judge: (deployment, settings) =>
    eachUser(deployment, function* (user) {
      if (texts(settings, "administrators").includes(user.name)) return;
      const granted = [...commandsOf(user.commands, user.engine)].filter(
        ([command, by]) => by === "category" && isDangerous(command, user.engine),
      );
      if (granted.length === 0) return;
      const names = granted.map(([command]) => command).sort();
      const some = names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
      yield violation(user.subject, `${user.title} is granted dangerous commands with a category: ${some}`, {
        config: ["users", user.name, "commands"],
      });
    }),
};
