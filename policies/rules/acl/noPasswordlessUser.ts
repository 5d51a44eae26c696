import { violation, type Rule } from "../../rule";
import { eachUser } from "../each";

export const noPasswordlessUser: Rule = {
  name: "acl-no-passwordless-user",
  family: "acl",
  level: "mandatory",
  severity: "critical",
  description: "No user of the cache can log in without a password.",
  reads: "the ACL file",
  remedy: "Remove nopass and give the user a generated password, or switch it OFF.",
  link: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/",
  configSchema: {},
  judge: (deployment) =>
    eachUser(deployment, function* (user) {
      if (user.passwordless) yield violation(user.subject, `${user.title} needs no password`, { config: ["users"] });
    }),
};
