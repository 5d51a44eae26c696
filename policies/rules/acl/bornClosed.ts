import { fileUsers, siteFile, siteUsersOf } from "../../acl/users";
import type { Cache } from "../../model/cache";
import type { Stack } from "../../model/stack";
import { violation, type Finding, type Rule } from "../../rule";
import { eachCache, unknownUsers } from "../each";

/** What clients and peers log in as; the guard and monitoring change nothing and may come at any time. */
const OPENED_BY_GUARD = ["application", "replication"];
const ALWAYS_THERE = ["default"];

/**
 * A server that restarts knows nothing of its role: whom it lets in before its guard has judged writes to the wrong
 * site.
 */
export const bornClosed: Rule = {
  name: "acl-born-closed",
  family: "acl",
  level: "mandatory",
  severity: "critical",
  description:
    "A server with a guard starts with every application and the replication user OFF, and with no user that " +
    "the guard does not know.",
  reads: "the ACL file and site.json together",
  remedy: "Write the user OFF into the ACL file and name it in site.json: the guard opens it when the site may serve.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/acl",
  configSchema: {},
  judge: (deployment) => eachCache(deployment, judge),
};

function* judge(cache: Cache, stack: Stack): Iterable<Finding> {
  yield* unknownUsers(cache);
  const site = siteFile(cache, stack);
  if (site?.content !== undefined && cache.acl.state === "absent")
    yield violation(
      { resource: cache.resource },
      "no ACL file: after a restart the user default may do everything, whatever the role",
    );
  const inFile = fileUsers(cache);
  if (site?.content === undefined || inFile.length === 0) return;
  const known = siteUsersOf(cache, stack);
  const declaredBy = new Map(known.map((user) => [user.name, user]));
  const named = new Set(inFile.map(({ name }) => name));
  const config = { config: ["users"] };
  for (const user of inFile.filter(({ name }) => !ALWAYS_THERE.includes(name))) {
    const declared = declaredBy.get(user.name);
    if (declared === undefined)
      yield violation(
        user.subject,
        `${user.title} is unknown to the guard: nobody closes it when the site gives way`,
        config,
      );
    else if (user.enabled && OPENED_BY_GUARD.includes(declared.kind ?? "application"))
      yield violation(
        user.subject,
        `${user.title} is on from the start: after a restart it is let in before the role is known`,
        config,
      );
  }
  for (const user of known) {
    if (!named.has(user.name))
      yield violation(
        user.subject,
        `${user.title} is not in the ACL file: after a restart it is not there until the guard has made it`,
        config,
      );
  }
}
