import { siteFile } from "../../acl/users";
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
    eachUser(deployment, function* (user, cache, stack) {
      // Nobody logs in as a user that is off, unless a guard switches it on: ACL SAVE writes "off nopass" of such a
      // one.
      const isOpen = user.passwordless && (user.enabled || siteFile(cache, stack) !== undefined);
      if (isOpen) yield violation(user.subject, `${user.title} needs no password`, { config: ["users"] });
      else if (user.passwords.some(({ plain }) => plain === ""))
        yield violation(user.subject, `${user.title} has an empty password`, { config: ["users"] });
    }),
};
