import { knowsUsers } from "../../acl/users";
import { dataEntry } from "../../model/cache";
import { Unknown } from "../../model/value";
import { notJudged, violation, type Finding, type Rule } from "../../rule";
import { passwordHolders } from "../acl/passwordStrength";
import { eachPair, type Site } from "./sites";

export const passwords: Rule = {
  name: "dr-passwords",
  family: "dr",
  level: "mandatory",
  severity: "critical",
  description:
    "Both sites know the same users by the same passwords: clients and replication go on after a switchover.",
  reads: "the Secrets with users' passwords of both stacks",
  remedy: "Let one stack make the passwords and the others read them from it (passwordsFrom).",
  link: "https://www.pulumi.com/docs/iac/concepts/stacks/#stackreferences",
  configSchema: {},
  judge: (deployment) => eachPair(deployment, judge),
};

function* judge(one: Site, other: Site): Iterable<Finding> {
  const [ours, theirs] = [passwordsOf(one), passwordsOf(other)];
  const subject = { resource: other.cache.resource };
  if (ours.size === 0 || theirs.size === 0) {
    const unknown = ours.size === 0 ? one : other;
    if (ours.size !== theirs.size)
      yield notJudged(subject, `the passwords of stack ${unknown.stack.name} are not known yet`);
    return;
  }
  for (const name of [...new Set([...ours.keys(), ...theirs.keys()])].sort()) {
    const [mine, yours] = [ours.get(name), theirs.get(name)];
    const part = { ...subject, part: `password ${name}` };
    if (
      (mine === undefined || yours === undefined) &&
      ![one, other].every(({ cache, stack }) => knowsUsers(cache, stack))
    ) {
      yield notJudged(part, `password ${name} is not known yet in both stacks`);
    } else if (mine === undefined || yours === undefined) {
      yield violation(
        part,
        `password ${name} is known to stack ${mine === undefined ? other.stack.name : one.stack.name} only`,
        { config: ["users"] },
      );
    } else if (mine instanceof Unknown || yours instanceof Unknown)
      yield notJudged(part, `password ${name} is not known yet in both stacks`);
    else if (mine !== yours)
      yield violation(part, `password ${name} is another one than in stack ${one.stack.name}`, {
        config: ["passwordsFrom"],
      });
  }
}

const passwordsOf = ({ stack }: Site): Map<string, string | Unknown> =>
  new Map(
    passwordHolders(stack).flatMap(({ object, keys }) =>
      keys.flatMap((key): [string, string | Unknown][] => {
        const value = dataEntry(object, key);
        return value === undefined ? [] : [[key, value]];
      }),
    ),
  );
