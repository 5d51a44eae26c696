import type { Engine } from "../types";
import { allKeysButReserved } from "./patterns";
import { RESERVED_PREFIX, type AclUser } from "./user";

/** Names that configuration may not give to an application. */
export const RESERVED_USERS: readonly string[] = ["default", "guard", "replication", "monitoring", "snapshots"];

export type DefaultUserMode = "locked" | "password";

/**
 * The guard's own user. Dragonfly is steered over its admin port, which knows no ACL (note 7); this user only
 * beats the heart, through the ordinary port, so that the heartbeat sees what clients see. Redis has one port for both.
 * `CLIENT` stands whole: its subcommands differ between versions, and an unknown one refuses the whole file.
 */
const GUARD: Readonly<Record<Engine, readonly string[]>> = {
  dragonfly: ["+PING", "+AUTH", "+HELLO", "+QUIT", "+SELECT", "+CLIENT", "+INFO", "+GET", "+SET"],
  redis: [
    "+ping",
    "+auth",
    "+hello",
    "+quit",
    "+select",
    "+client",
    "+multi",
    "+exec",
    "+info",
    "+get",
    "+set",
    "+role",
    "+replicaof",
    "+config|get",
    "+config|set",
    "+dbsize",
    "+bgsave",
    "+save",
    "+lastsave",
    "+shutdown",
    "+acl|setuser",
    "+acl|getuser",
    "+acl|deluser",
    "+acl|list",
    "+acl|users",
    "+acl|whoami",
  ],
};

const REPLICATION: Readonly<Record<Engine, readonly string[]>> = {
  dragonfly: ["+PING", "+REPLCONF", "+DFLY"],
  redis: ["+ping", "+replconf", "+psync"],
};

const MONITORING: Readonly<Record<Engine, readonly string[]>> = {
  dragonfly: ["+PING", "+AUTH", "+HELLO", "+QUIT", "+SELECT", "+INFO"],
  redis: ["+ping", "+auth", "+hello", "+quit", "+select", "+info", "+client|setname"],
};

/**
 * Reads a sample of keys before and after a dump, to prove later that it can be restored. Redis only: on Dragonfly the
 * admin port
 * does.
 */
const SNAPSHOTS: readonly string[] = [
  "+ping",
  "+auth",
  "+hello",
  "+quit",
  "+select",
  "+info",
  "+randomkey",
  "+type",
  "+pttl",
  "+strlen",
  "+get",
  "+llen",
  "+lrange",
  "+scard",
  "+smembers",
  "+hlen",
  "+hgetall",
  "+zcard",
  "+zrange",
  "+xlen",
  "+xrange",
];

/** The users that every site has, with the least that each needs. */
export function builtinUsers(engine: Engine): readonly AclUser[] {
  return [
    { name: "guard", kind: "guard", keys: [`${RESERVED_PREFIX}*`], channels: [], commands: GUARD[engine] },
    { name: "replication", kind: "replication", keys: [], channels: [], commands: REPLICATION[engine] },
    { name: "monitoring", kind: "monitoring", keys: [], channels: [], commands: MONITORING[engine] },
    ...(engine === "redis"
      ? [
          {
            name: "snapshots",
            kind: "monitoring" as const,
            keys: allKeysButReserved,
            channels: [],
            commands: SNAPSHOTS,
          },
        ]
      : []),
  ];
}

/**
 * The unnamed user for clients that know a password only (`defaultUser: password`): all data, but not the server
 * itself:
 * role, ACL, configuration and shutdown stay with the guard.
 */
export const passwordDefaultUser: AclUser = {
  name: "default",
  kind: "default",
  keys: allKeysButReserved,
  channels: ["*"],
  commands: ["+@all", "-@admin"],
};

/** Every named user of a site: the configured applications and the built-in ones. */
export const siteUsers = (engine: Engine, applications: readonly AclUser[]): readonly AclUser[] => [
  ...applications,
  ...builtinUsers(engine),
];
