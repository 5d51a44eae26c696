import type { ParsedAclUser } from "../../../server/acl/parse";
import { readAcl } from "../../acl/file";
import { commandsOf } from "../../acl/grants";
import type { Cache } from "../../model/cache";
import { notJudged, violation, type Finding, type Rule, type Subject } from "../../rule";
import { eachCache } from "../each";

/**
 * Trap: a file without a default line leaves the unnamed user open with every right, even where requirepass is set;
 * and a file that fails to parse leaves it as requirepass has it. So both are asked for.
 */
export const defaultUser: Rule = {
  name: "acl-default-user",
  family: "acl",
  level: "mandatory",
  severity: "critical",
  description: "The unnamed user is locked or has a password, by the ACL file and by requirepass as well.",
  remedy: 'Write "USER default OFF -@all +AUTH +HELLO +QUIT" or a password for it into the ACL file, and set requirepass from a Secret.',
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/acl",
  configSchema: {},
  judge: (estate) => eachCache(estate, judge),
};

function* judge(cache: Cache): Iterable<Finding> {
  const server: Subject = { resource: cache.resource };
  if (cache.requirepass === "unknown") yield notJudged(server, "it is not known yet whether requirepass is set");
  const acl = readAcl(cache);
  if (acl === undefined) {
    if (cache.acl.state === "unknown") yield notJudged(server, cache.acl.why);
    else if (cache.requirepass === "absent") yield violation(server, "no ACL file and no requirepass: anybody may do everything", { config: ["defaultUser"] });
    return;
  }
  // Redis reads the ACL file after its configuration and refuses to start on a bad one: requirepass adds nothing there.
  if (cache.requirepass === "absent" && cache.engine === "dragonfly") {
    yield violation(server, "requirepass is not set: an ACL file that fails to load leaves the unnamed user open");
  }
  const line = acl.file.users.find((user) => user.name === "default");
  if (line === undefined) {
    yield violation(acl.subject, "no line for the user default: it stays open with every right", { config: ["defaultUser"] });
    return;
  }
  yield* judgeLine(line, { resource: acl.subject.resource, part: "user default" }, cache);
}

function* judgeLine(line: ParsedAclUser, subject: Subject, cache: Cache): Iterable<Finding> {
  const at = `user default (line ${line.line})`;
  if (line.passwordless && line.enabled) yield violation(subject, `${at} is on and needs no password`, { config: ["defaultUser"] });
  else if (line.enabled && line.passwords === 0) {
    yield violation(subject, `${at} is on but nobody can log in as it: no password is set`, { config: ["defaultUser"] });
  }
  const may = commandsOf(line.commands, cache.engine);
  // New connections are checked against the unnamed user's rights before they log in.
  const missing = ["AUTH", "HELLO"].filter((command) => cache.engine === "dragonfly" && !may.has(command));
  if (missing.length > 0) yield violation(subject, `${at} lacks ${missing.join(" and ")}: nobody could log in at all`);
}
