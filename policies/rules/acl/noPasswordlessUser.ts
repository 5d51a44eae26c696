import { readAcl, userPart, userTitle } from "../../acl/file";
import { eachCache } from "../each";
import { notJudged, violation, type Finding, type Rule } from "../../rule";
import type { Cache } from "../../model/cache";

export const noPasswordlessUser: Rule = {
  name: "acl-no-passwordless-user",
  family: "acl",
  level: "mandatory",
  severity: "critical",
  description: "No user of the cache can log in without a password.",
  remedy: "Remove nopass and give the user a generated password, or switch it OFF.",
  link: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/",
  configSchema: {},
  judge: (estate) => eachCache(estate, judge),
};

function* judge(cache: Cache): Iterable<Finding> {
  const acl = readAcl(cache);
  if (acl === undefined) {
    if (cache.acl.state === "unknown") yield notJudged({ resource: cache.resource }, cache.acl.why);
    return;
  }
  for (const user of acl.file.users) {
    if (!user.passwordless) continue;
    yield violation({ resource: acl.subject.resource, part: userPart(user) }, `${userTitle(user)} needs no password`, { config: ["users"] });
  }
}
