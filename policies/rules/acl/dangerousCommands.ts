import { grantedTo, isDangerous } from "../../acl/kinds";
import { someOf } from "../../acl/users";
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
      const names = [...grantedTo(user)]
        .filter(([command, by]) => by === "category" && isDangerous(user.dialect, command))
        .map(([command]) => command.toUpperCase());
      if (names.length === 0) return;
      yield violation(user.subject, `${user.title} is granted dangerous commands with a category: ${someOf(names)}`, {
        config: ["users", user.name, "commands"],
      });
    }),
};
