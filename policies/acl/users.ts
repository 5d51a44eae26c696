import { SITE_FILE } from "../../contract/mounts";
import { parseAclFile, type ParsedAclFile, type ParsedAclUser } from "../../server/acl/parse";
import type { Engine } from "../../server/types";
import type { Cache } from "../model/cache";
import { once } from "../model/once";
import { mountedJson, type MountedJson } from "../model/mountedJson";
import type { Resource } from "../model/resource";
import type { Stack } from "../model/stack";
import { isList, isMap, list, peek, text, type Value } from "../model/value";
import type { Subject } from "../rule";

/** A user as one of the places that make him says it. */
export interface CacheUser {
  readonly name: string;
  /** As messages name him: never what could be a misplaced password. */
  readonly title: string;
  readonly subject: Subject;
  readonly engine: Engine;
  /** `file`: the file that the server starts with. `site`: what the guard opens him with. */
  readonly source: "file" | "site";
  readonly kind: string | undefined;
  readonly enabled: boolean;
  readonly passwordless: boolean;
  /** Patterns, "*" for all; an ACL file's "%R~" signs are taken off. */
  readonly keys: readonly string[];
  readonly channels: readonly string[];
  readonly commands: readonly string[];
}

/** The ACL file of one server, read, and the object that holds it. */
export interface ReadAcl {
  readonly file: ParsedAclFile;
  readonly resource: Resource;
  readonly inSecret: boolean;
}

/** @returns undefined where there is no ACL file or it is not known. */
export const readAcl: (cache: Cache) => ReadAcl | undefined = once((cache) => {
  if (cache.acl.state !== "known") return undefined;
  return {
    file: parseAclFile(cache.engine, cache.acl.text),
    resource: cache.acl.resource,
    inSecret: cache.acl.inSecret,
  };
});

export const isName = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(name);
/** Words that are rules: in the place of a name they show that the name was left out. */
export const isRuleWord = (word: string): boolean =>
  /^(on|off|nopass|reset(pass|keys|channels)?|all(keys|channels|commands)|nocommands)$/i.test(word);
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
  return acl?.file.users.map((user) => fileUser(user, acl.resource, cache.engine)) ?? [];
});

function fileUser(user: ParsedAclUser, resource: Resource, engine: Engine): CacheUser {
  const where = `line ${user.line}`;
  return {
    name: user.name,
    title: userTitle(user.name, where),
    subject: { resource, part: userPart(user.name, where) },
    engine,
    source: "file",
    kind: undefined,
    enabled: user.enabled,
    passwordless: user.passwordless,
    keys: user.keys.map((pattern) => pattern.replace(/^%(R|W|RW|WR)~/i, "")),
    channels: user.channels,
    commands: user.commands,
  };
}

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
    return {
      name,
      title: userTitle(name, where),
      subject: { resource: file.resource, part: userPart(name, where) },
      engine: cache.engine,
      source: "site",
      kind: text(user, "kind"),
      enabled: true,
      passwordless: false,
      keys: words(user, "keys"),
      channels: words(user, "channels"),
      commands: words(user, "commands"),
    };
  });
}

const words = (user: Value, key: string): string[] => list(user, key).filter((each) => typeof each === "string");
