import { patternProblem, type AclProblem } from "../../../server/acl/rules";
import { judgeCommandRule } from "../../../server/acl/verdict";
import { isMisplaced, isName, readAcl, siteFile, siteUsersOf, type ReadAcl } from "../../acl/users";
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
    if (!isName(user.name) || isMisplaced(user.name))
      yield violation(user.subject, `${user.title} has no name that a user can have`, { config: ["users"] });
    for (const [i, rule] of user.rights.flatMap(({ commands }) => commands).entries()) {
      const verdict = judgeCommandRule(user.dialect, rule);
      if (verdict.state === "refused")
        yield violation(user.subject, `${user.title}, command rule ${i + 1}: ${verdict.reason}`, { config: ["users"] });
      else if (verdict.state === "unsure")
        yield notJudged(user.subject, `${user.title}, command rule ${i + 1}: ${verdict.reason}`);
    }
    for (const [i, pattern] of [...user.keys, ...user.channels].entries()) {
      const problem = patternProblem(pattern);
      if (problem !== null)
        yield violation(user.subject, `${user.title}, pattern ${i + 1}: ${problem}`, { config: ["users"] });
    }
  }
}

function* fileFaults({ file, resource, unit }: ReadAcl): Iterable<Finding> {
  for (const problem of file.problems) {
    // That there is no line for default at all is another rule's business.
    if (problem.word === "default" && !file.users.some((user) => user.name === "default")) continue;
    yield violation({ resource, part: `${unit} ${problem.line}` }, at(unit, problem));
  }
  for (const doubt of file.doubts) yield notJudged({ resource }, at(unit, doubt));
  for (const { name, line } of file.users) {
    // The server takes it for a name all the same; the user that was meant is then not there.
    if (isMisplaced(name))
      yield violation(
        { resource, part: `${unit} ${line}` },
        `${unit} ${line}, word 2: where the name belongs stands something else`,
      );
  }
}

const at = (unit: string, { line, position, reason }: AclProblem): string =>
  `${unit} ${line}, word ${position}: ${reason}`;
