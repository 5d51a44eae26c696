import type { AclProblem } from "../../../server/acl/rules";
import { checkCommandRules, patternProblem } from "../../../server/acl/rules";
import { isName, isRuleWord, readAcl, siteFile, siteUsersOf, type ReadAcl } from "../../acl/users";
import type { Cache } from "../../model/cache";
import type { Stack } from "../../model/stack";
import { notJudged, violation, type Finding, type Rule } from "../../rule";
import { eachCache, unknownUsers } from "../each";

/** Trap: one line that does not parse fails the whole file, and that leaves Dragonfly open. */
export const grammar: Rule = {
  name: "acl-grammar",
  family: "acl",
  level: "mandatory",
  severity: "critical",
  description:
    "Every line of the ACL file, and every rule that the guard will send, is one that the server understands.",
  reads: "the ACL file (the object that --aclfile or aclFromSecret leads to) and the users in site.json",
  remedy: "Correct the word at that position; a file that fails to load leaves the server open.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/acl",
  configSchema: {},
  judge: (deployment) => eachCache(deployment, judge),
};

function* judge(cache: Cache, stack: Stack): Iterable<Finding> {
  yield* unknownUsers(cache);
  const acl = readAcl(cache);
  if (acl !== undefined) yield* fileFaults(acl);
  const site = siteFile(cache, stack);
  if (site?.fault !== undefined)
    yield violation({ resource: site.resource }, `site.json cannot be read: ${site.fault}`);
  else if (site !== undefined && site.content === undefined)
    yield notJudged({ resource: site.resource }, "site.json is not known yet");
  for (const user of siteUsersOf(cache, stack)) {
    if (!isName(user.name) || isRuleWord(user.name))
      yield violation(user.subject, `${user.title} has no name that a user can have`, { config: ["users"] });
    for (const problem of checkCommandRules(cache.engine, user.commands)) {
      yield violation(user.subject, `${user.title}, command rule ${problem.position}: ${withoutWord(problem)}`, {
        config: ["users"],
      });
    }
    for (const [i, pattern] of [...user.keys, ...user.channels].entries()) {
      const problem = patternProblem(pattern);
      if (problem !== null)
        yield violation(user.subject, `${user.title}, pattern ${i + 1}: ${problem}`, { config: ["users"] });
    }
  }
}

function* fileFaults({ file, resource }: ReadAcl): Iterable<Finding> {
  for (const problem of file.problems) {
    // That there is no line for default at all is another rule's business.
    if (problem.word === "default" && !file.users.some((user) => user.name === "default")) continue;
    yield violation(
      { resource, part: `line ${problem.line}` },
      `line ${problem.line}, word ${problem.position}: ${withoutWord(problem)}`,
    );
  }
  for (const { name, line } of file.users) {
    // The server takes it for a name all the same; the user that was meant is then not there.
    if (!isName(name) || isRuleWord(name))
      yield violation(
        { resource, part: `line ${line}` },
        `line ${line}, word 2: where the name belongs stands something else`,
      );
  }
}

/** The reason without the word itself: a password that slipped into the wrong place stands there. */
function withoutWord({ reason, word }: AclProblem): string {
  const bare = word.replace(/^[+\-~&%@]+/, "");
  return bare.length === 0
    ? reason
    : reason.replace(new RegExp(bare.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi"), "…");
}
