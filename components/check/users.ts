import { RESERVED_USERS } from "../../server/acl/builtin";
import { checkCommandRules, literalPrefix, patternProblem, touchesReserved } from "../../server/acl/rules";
import { RESERVED_PREFIX } from "../../server/acl/user";
import type { Engine } from "../../server/types";
import type { Problem } from "../problems";
import type { UserSettings } from "../settings/users";

function checkName(key: string, name: string): readonly Problem[] {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name))
    return [
      { key, problem: `"${name}" is no user's name`, remedy: 'use at most 64 letters, digits, "_", "-" and "."' },
    ];
  if (RESERVED_USERS.includes(name))
    return [{ key, problem: `"${name}" is one of the program's own users`, remedy: "choose another name" }];
  return [];
}

function checkKey(key: string, pattern: string): readonly Problem[] {
  const reason = patternProblem(pattern);
  if (reason !== null)
    return [{ key, problem: `"${pattern}" is no pattern: ${reason}`, remedy: 'write one such as "cache:*"' }];
  if (!pattern.includes("*"))
    return [
      { key, problem: `"${pattern}" has no "*": it would match this one key only`, remedy: `write "${pattern}*"` },
    ];
  if (pattern !== "*" && touchesReserved(pattern)) {
    return [
      {
        key,
        problem: `"${pattern}" reaches keys under "${RESERVED_PREFIX}", which are the guard's`,
        remedy: 'choose another prefix; "*" alone stands for every key but those',
      },
    ];
  }
  return [];
}

const checkChannel = (key: string, pattern: string): readonly Problem[] => {
  const reason = patternProblem(pattern);
  return reason === null
    ? []
    : [{ key, problem: `"${pattern}" is no channel: ${reason}`, remedy: 'write one such as "news:*"' }];
};

function checkUser(engine: Engine, user: UserSettings, path: string): readonly Problem[] {
  const all =
    user.keys.includes("*") && user.keys.length > 1
      ? [{ key: `${path}.keys`, problem: '"*" stands beside other patterns', remedy: "leave the others out" }]
      : [];
  const wide =
    user.keys.includes("*") && user.scope === "own"
      ? [
          {
            key: `${path}.keys`,
            problem: '"*" reaches every other user\'s keys',
            remedy: 'name its own prefix, or set scope: "wide" if that is meant',
          },
        ]
      : [];
  return [
    ...checkName(`${path}.name`, user.name),
    ...user.keys.flatMap((pattern, at) => checkKey(`${path}.keys[${at}]`, pattern)),
    ...all,
    ...wide,
    ...user.channels.flatMap((pattern, at) => checkChannel(`${path}.channels[${at}]`, pattern)),
    ...checkCommandRules(engine, user.commands).map(({ position, word, reason }) => ({
      key: `${path}.commands[${position - 1}]`,
      problem: `"${word}" is no rule of ${engine}: ${reason}`,
      remedy: "correct or remove it: one bad rule fails all users",
    })),
  ];
}

/** The same name twice: the later line would silently win. */
const checkDuplicates = (users: readonly UserSettings[]): readonly Problem[] =>
  users.flatMap(({ name }, at) => {
    const first = users.findIndex((user) => user.name === name);
    return first < at
      ? [
          {
            key: `users[${at}].name`,
            problem: `"${name}" is users[${first}] already`,
            remedy: "give each user one entry",
          },
        ]
      : [];
  });

/** Two prefixes overlap when one begins with the other. */
function checkOverlaps(users: readonly UserSettings[]): readonly Problem[] {
  const owned = users.flatMap(({ keys, scope, name }, user) =>
    scope === "wide" || keys.includes("*")
      ? []
      : keys.map((pattern, at) => ({
          name,
          user,
          key: `users[${user}].keys[${at}]`,
          pattern,
          prefix: literalPrefix(pattern),
        })),
  );
  return owned.flatMap((later) => {
    const earlier = owned.find(
      (each) =>
        each.user < later.user &&
        each.name !== later.name &&
        (each.prefix.startsWith(later.prefix) || later.prefix.startsWith(each.prefix)),
    );
    return earlier === undefined
      ? []
      : [
          {
            key: later.key,
            problem: `"${later.pattern}" overlaps "${earlier.pattern}" of user "${earlier.name}"`,
            remedy: 'choose separate prefixes, or set scope: "wide" on the one that may reach the other\'s keys',
          },
        ];
  });
}

export const checkUsers = (engine: Engine, users: readonly UserSettings[]): readonly Problem[] => [
  ...users.flatMap((user, at) => checkUser(engine, user, `users[${at}]`)),
  ...checkDuplicates(users),
  ...checkOverlaps(users),
];
