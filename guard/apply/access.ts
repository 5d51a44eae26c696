import { passwordDefaultUser } from "../../server/acl/builtin";
import type { AclUser } from "../../server/acl/user";
import type { SiteFile } from "../../contract/siteFile";
import type { ClientAccess } from "../remember/guardState";

/** Who may do what at an access. */
export interface AccessPlan {
  /** Closed first, their sessions ended. */
  readonly closed: readonly AclUser[];
  /** Whose passwords are set in any case: a guard that is closed out would never come in again. */
  readonly standing: readonly AclUser[];
  readonly open: readonly AclUser[];
  readonly readOnly: readonly AclUser[];
}

export function accessPlan(site: SiteFile, access: Exclude<ClientAccess, "unknown">): AccessPlan {
  const applications: AclUser[] = site.users.filter((user) => user.kind === "application");
  if (site.defaultUser === "password") applications.push(passwordDefaultUser);
  const replication = site.users.filter((user) => user.kind === "replication");
  const standing = site.users.filter((user) => user.kind === "guard" || user.kind === "monitoring");
  const replicas = access === "open" || access === "handover" || access === "source";
  const readers = access === "read-only" || access === "source";
  return {
    closed: [...(readers || access === "open" ? [] : applications), ...(replicas ? [] : replication)],
    standing,
    open: [...(access === "open" ? applications : []), ...(replicas ? replication : [])],
    readOnly: readers ? applications : [],
  };
}

/** Names of users with sessions, from `CLIENT LIST`; null where the server does not say whose a session is. */
export function usersWithSessions(clientList: string): ReadonlySet<string> | null {
  const users = clientList
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => /(?:^| )user=(\S+)/.exec(line)?.[1]);
  return users.includes(undefined) ? null : new Set(users.filter((user) => user !== undefined));
}
