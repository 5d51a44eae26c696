import { SITE_FILE } from "../../contract/mounts";
import type { Dialect } from "../../server/acl/dialect";
import type { AclPassword, AclRights } from "../../server/acl/draft";
import { grantsOf } from "../../server/acl/grants";
import { parseAclFile, parseAclUsers, type ParsedAclFile, type ParsedAclUser } from "../../server/acl/parse";
import { splitArguments } from "../../server/acl/selectors";
import type { Cache } from "../model/cache";
import { listFlag } from "../model/flags";
import { once } from "../model/once";
import { mountedJson, type MountedJson } from "../model/mountedJson";
import type { Resource } from "../model/resource";
import type { Stack } from "../model/stack";
import { isList, isMap, list, peek, text, type Value } from "../model/value";
import type { Subject } from "../rule";
import { dialectOfCache } from "./dialect";

/** A user as one of the places that make him says it. */
export interface CacheUser {
  readonly name: string;
  /** As messages name him: never what could be a misplaced password. */
  readonly title: string;
  readonly subject: Subject;
  readonly dialect: Dialect;
  /** `file`: the file, or the flags, that the server starts with. `site`: what the guard opens him with. */
  readonly source: "file" | "site";
  readonly kind: string | undefined;
  readonly enabled: boolean;
  readonly passwordless: boolean;
  /** Patterns of all its rights together, "*" for all; an ACL file's "%R~" signs are taken off. */
  readonly keys: readonly string[];
  readonly channels: readonly string[];
  /** What it may touch, each for itself: by its own rules, and by selectors. */
  readonly rights: readonly AclRights[];
  readonly passwords: readonly AclPassword[];
}

/** The users of one server, read, and the object that holds it. */
export interface ReadAcl {
  readonly file: ParsedAclFile;
  readonly resource: Resource;
  readonly inSecret: boolean;
  /** How messages name a place: "line 3" of the file, "user 3" of the configuration. */
  readonly unit: "line" | "user";
}

/** @returns undefined where neither a file nor the configuration names users, or they are not known. */
export const readAcl: (cache: Cache) => ReadAcl | undefined = once((cache) => {
  const { acl, resource } = cache;
  const dialect = dialectOfCache(cache);
  if (acl.state === "known")
    return { file: parseAclFile(dialect, acl.text), resource: acl.resource, inSecret: acl.inSecret, unit: "line" };
  const users = acl.state === "absent" ? configuredUsers(cache) : [];
  return users.length === 0
    ? undefined
    : { file: parseAclUsers(dialect, users), resource, inSecret: true, unit: "user" };
});

/** Users that Redis' flags or its configuration name: `user NAME RULE…`, each once. */
const configuredUsers = (cache: Cache): string[][] =>
  cache.engine === "redis" ? listFlag(cache.flags, "user").map((line) => splitArguments(line) ?? line.split(" ")) : [];

export const isName = (name: string): boolean => /^[A-Za-z0-9_][\w.:@-]{0,63}$/.test(name);
/**
 * Rules in the place of a name: they show that the name was left out. Quotes are part of a name, which nobody means.
 */
export const isMisplaced = (word: string): boolean =>
  /^(on|off|nopass|reset(pass|keys|channels)?|all(keys|channels|commands)|nocommands)$/i.test(word) ||
  /^(?:$|[>#<!~&%+(@"'-])/.test(word);
export const userTitle = (name: string, where: string): string =>
  isName(name) ? `user ${name} (${where})` : `the user at ${where}`;
/** How an exemption names a user. */
export const userPart = (name: string, where: string): string => (isName(name) ? `user ${name}` : where);

/** All users of a server, from its ACL file and from what its guard is told. */
export const usersOf = (cache: Cache, stack: Stack): readonly CacheUser[] => [
  ...fileUsers(cache),
  ...siteUsersOf(cache, stack),
];

export const fileUsers: (cache: Cache) => readonly CacheUser[] = once((cache) => {
  const acl = readAcl(cache);
  return acl?.file.users.map((user) => fileUser(user, acl, dialectOfCache(cache))) ?? [];
});

function fileUser(user: ParsedAclUser, { resource, unit }: ReadAcl, dialect: Dialect): CacheUser {
  const where = `${unit} ${user.line}`;
  const rights = effective(user, dialect);
  return {
    name: user.name,
    title: userTitle(user.name, where),
    subject: { resource, part: userPart(user.name, where) },
    dialect,
    source: "file",
    kind: undefined,
    enabled: user.enabled,
    passwordless: user.passwordless,
    ...together(rights),
    rights,
    passwords: user.passwords,
  };
}

/** Keys without a command, or commands without a key, are no reach: a selector that grants no command counts not. */
function effective(user: ParsedAclUser, dialect: Dialect): readonly AclRights[] {
  const { keys, channels, commands, selectors } = user;
  const root: AclRights = { keys, channels, commands };
  const useful = selectors.filter((selector) => grantsOf(dialect, selector.commands).size > 0);
  return user.enabled && useful.length > 0 && grantsOf(dialect, commands).size === 0 ? useful : [root, ...useful];
}

const together = (rights: readonly AclRights[]): Pick<CacheUser, "keys" | "channels"> => ({
  keys: [...new Set(rights.flatMap(({ keys }) => keys.map((pattern) => pattern.replace(/^%(R|W|RW|WR)~/i, ""))))],
  channels: [...new Set(rights.flatMap(({ channels }) => channels))],
});

const SITE_KEY = SITE_FILE;

const siteFiles = once((stack: Stack) => once((cache: Cache) => mountedJson(cache, stack, SITE_KEY, readSite)));

/** @returns undefined for a server without a guard. */
export const siteFile = (cache: Cache, stack: Stack): MountedJson | undefined => siteFiles(stack)(cache);

const readSite = (content: Value): string | undefined =>
  isMap(content) && isList(peek(content, "users")) ? undefined : "it holds no list of users";

/** Whether every place that may name users of a server has been read. */
export const knowsUsers = (cache: Cache, stack: Stack): boolean => {
  const site = siteFile(cache, stack);
  return (
    cache.acl.state !== "unknown" && (site === undefined || site.content !== undefined || site.fault !== undefined)
  );
};

export function siteUsersOf(cache: Cache, stack: Stack): readonly CacheUser[] {
  const file = siteFile(cache, stack);
  if (file?.content === undefined) return [];
  return list(file.content, "users").map((user, i): CacheUser => {
    const name = text(user, "name") ?? "";
    const where = `${SITE_KEY}, users[${i}]`;
    const rights = {
      keys: words(user, "keys"),
      channels: words(user, "channels"),
      commands: words(user, "commands"),
    };
    return {
      name,
      title: userTitle(name, where),
      subject: { resource: file.resource, part: userPart(name, where) },
      dialect: dialectOfCache(cache),
      source: "site",
      kind: text(user, "kind"),
      enabled: true,
      passwordless: false,
      ...together([rights]),
      rights: [rights],
      passwords: [],
    };
  });
}

const words = (user: Value, key: string): string[] => list(user, key).filter((each) => typeof each === "string");

/** Up to six names for a message, and how many more there are. */
export function someOf(names: readonly string[]): string {
  const sorted = [...names].sort();
  return sorted.length > 6 ? `${sorted.slice(0, 5).join(", ")} and ${sorted.length - 5} more` : sorted.join(", ");
}
