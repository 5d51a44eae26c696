import { parseAclFile, type ParsedAclFile, type ParsedAclUser } from "../../server/acl/parse";
import type { Cache } from "../model/cache";
import type { Subject } from "../rule";

/** The ACL file of one server, read, and the object that holds it. */
export interface ReadAcl {
  readonly file: ParsedAclFile;
  readonly subject: Subject;
}

/** @returns undefined where there is no ACL file or it is not known. */
export function readAcl(cache: Cache): ReadAcl | undefined {
  if (cache.acl.state !== "known") return undefined;
  return { file: parseAclFile(cache.engine, cache.acl.text), subject: { resource: cache.acl.resource, part: cache.acl.key } };
}

/** What does not look like a name is not repeated in a message: a misplaced password may stand there. */
export const isName = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_.-]{0,31}$/.test(name);

/** How messages name a user of an ACL file. */
export const userTitle = (user: ParsedAclUser): string =>
  isName(user.name) ? `user ${user.name} (line ${user.line})` : `the user on line ${user.line}`;

/** How an exemption names a user. */
export const userPart = (user: Pick<ParsedAclUser, "name" | "line">): string => (isName(user.name) ? `user ${user.name}` : `line ${user.line}`);
