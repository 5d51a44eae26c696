import { widestTable } from "../../server/acl/commandTable";
import type { Dialect } from "../../server/acl/dialect";
import { grantsOf, type GrantedBy } from "../../server/acl/grants";
import { once } from "../model/once";
import type { CacheUser } from "./users";

/** What commands are for that only users named for it may run. */
export const PRIVILEGED = ["administration", "replication", "role", "configuration", "scripting"] as const;
export type PrivilegedKind = (typeof PRIVILEGED)[number];

const KINDS: ReadonlyMap<string, PrivilegedKind> = new Map(
  (
    [
      [
        "administration",
        "acl bgsave bgrewriteaof save debug latency module monitor shutdown slowlog commandlog flushall flushdb " +
          "dflycluster dflymigrate swapdb migrate pfdebug pfselftest hotkeys trimslots sflush",
      ],
      ["replication", "replconf dfly psync sync"],
      ["role", "replicaof slaveof addreplicaof repltakeover failover"],
      ["configuration", "config"],
      ["scripting", "eval evalsha eval_ro evalsha_ro script function fcall fcall_ro"],
    ] as const
  ).flatMap(([kind, names]) => names.split(" ").map((name): [string, PrivilegedKind] => [name, kind])),
);

/** Subcommands that act on others, of commands that are otherwise every client's. */
const ADMINISTRATIVE_PARTS = ["client", "cluster"];

/**
 * What a command is for, by the server's own table; undefined for what any client may run. A subcommand is judged for
 * itself: "acl|whoami" is harmless, "acl|setuser" is not.
 */
export function kindOf(dialect: Dialect, command: string): PrivilegedKind | undefined {
  const table = widestTable(dialect);
  const [root = ""] = command.split("|");
  const kind = KINDS.get(root);
  const isPart = command !== root;
  if (kind === undefined)
    return isPart && ADMINISTRATIVE_PARTS.includes(root) && table.isIn(command, "admin") ? "administration" : undefined;
  // A command that has subcommands cannot be run alone.
  if (!isPart) return table.product !== "dragonfly" && table.subcommandsOf(command).length > 0 ? undefined : kind;
  return kind === "scripting" || table.isIn(command, "admin") ? kind : undefined;
}

export const isDangerous = (dialect: Dialect, command: string): boolean =>
  widestTable(dialect).isIn(command, "dangerous");

/** Every command that a user may run, by its own rules or by a selector's. */
export const grantedTo: (user: CacheUser) => ReadonlyMap<string, GrantedBy> = once((user) => {
  const found = new Map<string, GrantedBy>();
  for (const { commands } of user.rights) {
    for (const [command, by] of grantsOf(user.dialect, commands))
      if (found.get(command) !== "name") found.set(command, by);
  }
  return found;
});

const CLIENT_WHOLE = /^\+client$/i;

/** Whether the user has the subcommands of CLIENT because it has CLIENT as a whole, as libraries ask for. */
export const hasWholeClient = (user: CacheUser): boolean =>
  user.rights.some(({ commands }) => commands.some((rule) => CLIENT_WHOLE.test(rule)));
