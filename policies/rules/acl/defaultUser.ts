import type { ParsedAclUser } from "../../../server/acl/parse";
import { grantsOf } from "../../../server/acl/grants";
import { dialectOfCache } from "../../acl/dialect";
import { readAcl, siteFile } from "../../acl/users";
import type { Cache } from "../../model/cache";
import type { Stack } from "../../model/stack";
import { peek } from "../../model/value";
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
  reads: "the ACL file, defaultUser in site.json, requirepass from arguments, DFLY_requirepass or the carrier",
  remedy:
    'Write "USER default OFF -@all +AUTH +HELLO +QUIT" or a password for it into the ACL file, and set ' +
    "requirepass from a Secret.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/acl",
  configSchema: {},
  judge: (deployment) => eachCache(deployment, judge),
};

const CONFIG = { config: ["defaultUser"] };

function* judge(cache: Cache, stack: Stack): Iterable<Finding> {
  const server: Subject = { resource: cache.resource };
  if (cache.requirepass === "unknown") yield notJudged(server, "it is not known yet whether requirepass is set");
  const site = siteFile(cache, stack);
  const mode = peek(site?.content, "defaultUser");
  if (site?.content !== undefined && mode !== "locked" && mode !== "password") {
    yield violation(
      { resource: site.resource },
      "site.json has the user default neither locked nor with a password",
      CONFIG,
    );
  }
  const acl = readAcl(cache);
  if (acl === undefined) {
    if (cache.acl.state === "unknown") yield notJudged(server, cache.acl.why);
    else if (cache.acl.state === "missing")
      yield violation(server, `${cache.acl.why}: the server does not start, or starts without its users`, CONFIG);
    else if (cache.requirepass === "absent")
      yield violation(server, "no ACL file and no requirepass: anybody may do everything", CONFIG);
    return;
  }
  // Redis reads the ACL file after its configuration and refuses to start on a bad one: requirepass adds nothing there.
  if (cache.requirepass === "absent" && cache.engine === "dragonfly") {
    yield violation(server, "requirepass is not set: an ACL file that fails to load leaves the unnamed user open");
  }
  // With a file that it cannot read Redis does not start at all.
  if (cache.engine === "redis" && acl.file.problems.some(({ word }) => word !== "default")) return;
  const line = acl.file.users.find((user) => user.name === "default");
  if (line === undefined)
    yield violation({ resource: acl.resource }, "no line for the user default: it stays open with every right", CONFIG);
  else yield* judgeLine(line, { resource: acl.resource, part: "user default" }, cache);
}

function* judgeLine(line: ParsedAclUser, subject: Subject, cache: Cache): Iterable<Finding> {
  const at = `user default (line ${line.line})`;
  if (line.enabled && line.passwordless) yield violation(subject, `${at} is on and needs no password`, CONFIG);
  else if (line.enabled && line.passwords.length === 0)
    yield violation(subject, `${at} is on without a password`, CONFIG);
  const may = grantsOf(dialectOfCache(cache), line.commands);
  // Dragonfly checks a new connection against the unnamed user's rights before it has logged in.
  const missing = ["AUTH", "HELLO"].filter(
    (command) => cache.engine === "dragonfly" && !may.has(command.toLowerCase()),
  );
  if (missing.length > 0) yield violation(subject, `${at} lacks ${missing.join(" and ")}: nobody could log in at all`);
}
