import { checkCommandRules, literalPrefix } from "../../server/acl/rules";
import type { Engine } from "../../server/types";
import { problemIf, type Problem } from "../problems";
import type { SiteSettings } from "../settings/site";
import type { UserSettings } from "../settings/users";

/** A user and where it stands: users and extraUsers are judged together. */
interface Placed {
  readonly path: string;
  readonly user: UserSettings;
}

/** All users, each with the path of its key. */
export const placedUsers = ({ users, extraUsers }: Pick<SiteSettings, "users" | "extraUsers">): readonly Placed[] => [
  ...users.map((user, at) => ({ path: `users[${at}]`, user })),
  ...extraUsers.map((user, at) => ({ path: `extraUsers[${at}]`, user })),
];

const checkUser = (engine: Engine, { path, user }: Placed): readonly Problem[] => [
  ...problemIf(user.keys.includes("*") && user.keys.length > 1, {
    key: `${path}.keys`,
    problem: '"*" stands beside other patterns',
    remedy: "leave the others out",
  }),
  ...problemIf(user.keys.includes("*") && user.scope === "own", {
    key: `${path}.keys`,
    besides: [`${path}.scope`],
    problem: '"*" reaches every other user\'s keys',
    remedy: 'name its own prefix, or set scope: "wide" if that is meant',
  }),
  ...checkCommandRules(engine, user.commands).flatMap(({ position, word, reason }) =>
    problemIf(true, {
      key: `${path}.commands[${position - 1}]`,
      besides: ["server.engine"],
      problem: `"${word}" is no rule of ${engine}: ${reason}`,
      remedy: "correct or remove it: one bad rule fails all users",
    }),
  ),
];

/** The same name twice: the later line would silently win. */
const checkDuplicates = (placed: readonly Placed[]): readonly Problem[] =>
  placed.flatMap(({ path, user }, at) => {
    const first = placed.findIndex((each) => each.user.name === user.name);
    return problemIf(first < at, {
      key: `${path}.name`,
      besides: [`${placed[first]?.path}.name`],
      problem: `"${user.name}" is ${placed[first]?.path} already`,
      remedy: "give each user one entry",
    });
  });

interface OwnedPattern extends Placed {
  readonly key: string;
  readonly pattern: string;
  readonly prefix: string;
}

/** Two prefixes overlap when one begins with the other. */
const overlap = (one: OwnedPattern, other: OwnedPattern): boolean =>
  one.user.name !== other.user.name && (one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix));

function checkOverlaps(placed: readonly Placed[]): readonly Problem[] {
  const owned = placed
    .filter(({ user }) => user.scope === "own" && !user.keys.includes("*"))
    .flatMap(({ path, user }) =>
      user.keys.map((pattern, at): OwnedPattern => {
        return { path, user, key: `${path}.keys[${at}]`, pattern, prefix: literalPrefix(pattern) };
      }),
    );
  return owned.flatMap((later, at) => {
    const earlier = owned.slice(0, at).find((each) => overlap(each, later));
    if (earlier === undefined) return [];
    return problemIf(true, {
      key: later.key,
      besides: [earlier.key, `${later.path}.scope`, `${earlier.path}.scope`],
      problem: `"${later.pattern}" overlaps "${earlier.pattern}" of user "${earlier.user.name}"`,
      remedy: 'choose separate prefixes, or set scope: "wide" on the one that may reach the other\'s keys',
    });
  });
}

export function checkUsers(settings: SiteSettings): readonly Problem[] {
  const placed = placedUsers(settings);
  return [
    ...placed.flatMap((each) => checkUser(settings.server.engine, each)),
    ...checkDuplicates(placed),
    ...checkOverlaps(placed),
  ];
}
