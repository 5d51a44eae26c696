import { usersOf, type CacheUser } from "../../acl/users";
import { violation, type Finding, type Rule } from "../../rule";
import { eachPair, type Site } from "./sites";

/** Trap: what users may do is not replicated. */
export const sameUsers: Rule = {
  name: "dr-users",
  family: "dr",
  level: "mandatory",
  severity: "high",
  description: "Users may do the same in both sites.",
  reads: "ACL files and site.json of both stacks",
  remedy: "Configure the same users in every stack.",
  link: "https://www.dragonflydb.io/docs/managing-dragonfly/acl",
  configSchema: {},
  judge: (deployment) => eachPair(deployment, judge),
};

function* judge(one: Site, other: Site): Iterable<Finding> {
  for (const source of ["file", "site"] as const) {
    const [ours, theirs] = [of(one, source), of(other, source)];
    if (ours.length === 0 || theirs.length === 0) continue;
    for (const user of theirs) {
      const same = ours.find((each) => each.name === user.name);
      if (same === undefined)
        yield violation(user.subject, `${user.title} is not known in stack ${one.stack.name}`, { config: ["users"] });
      else if (rights(same) !== rights(user))
        yield violation(user.subject, `${user.title} may do other things than in stack ${one.stack.name}`, {
          config: ["users", user.name],
        });
    }
    for (const user of ours) {
      if (!theirs.some((each) => each.name === user.name))
        yield violation(user.subject, `${user.title} is not known in stack ${other.stack.name}`, { config: ["users"] });
    }
  }
}

const of = ({ cache, stack }: Site, source: CacheUser["source"]): CacheUser[] =>
  usersOf(cache, stack).filter((user) => user.source === source);

/** Engines spell commands differently; the order of rules counts, that of patterns does not. */
const rights = ({ enabled, rights: all }: CacheUser): string =>
  JSON.stringify([
    enabled,
    all.map(({ keys, channels, commands }) => [
      [...keys].sort(),
      [...channels].sort(),
      commands.map((command) => command.toUpperCase()),
    ]),
  ]);
