import type { Engine } from "../../server/types";

/** What a command is about; those of the first five kinds are for named users only. */
export type Kind = "administration" | "replication" | "role" | "configuration" | "scripting" | "other";
export const PRIVILEGED = ["administration", "replication", "role", "configuration", "scripting"] as const;
export type PrivilegedKind = (typeof PRIVILEGED)[number];

interface CommandFacts {
  readonly kind: Kind;
  /** Categories that hold it, by engine; an engine without the command is left out. */
  readonly dragonfly?: readonly string[];
  readonly redis?: readonly string[];
}

const both = (kind: Kind, categories: string): CommandFacts => ({
  kind,
  dragonfly: categories.split(" "),
  redis: categories.split(" "),
});
const dragonfly = (kind: Kind, categories: string): CommandFacts => ({ kind, dragonfly: categories.split(" ") });
const redis = (kind: Kind, categories: string): CommandFacts => ({ kind, redis: categories.split(" ") });
const ADMINISTRATIVE = "ADMIN SLOW DANGEROUS";

/**
 * The commands that rules ask about; all others are harmless here. Dragonfly's categories are those of its source
 * (`constexpr uint32_t k… =` beside each command table), Redis' those of ACL CAT. DFLY and DFLYCLUSTER are ADMIN but
 * not
 * DANGEROUS: "+@all -@dangerous" leaves them.
 */
export const COMMANDS: Readonly<Record<string, CommandFacts>> = {
  ACL: both("administration", ADMINISTRATIVE),
  BGSAVE: both("administration", ADMINISTRATIVE),
  SAVE: both("administration", ADMINISTRATIVE),
  DEBUG: both("administration", ADMINISTRATIVE),
  LATENCY: both("administration", ADMINISTRATIVE),
  MODULE: both("administration", ADMINISTRATIVE),
  MONITOR: both("administration", ADMINISTRATIVE),
  SHUTDOWN: both("administration", ADMINISTRATIVE),
  SLOWLOG: both("administration", ADMINISTRATIVE),
  FLUSHALL: both("administration", "KEYSPACE WRITE SLOW DANGEROUS"),
  FLUSHDB: both("administration", "KEYSPACE WRITE SLOW DANGEROUS"),
  DFLYCLUSTER: dragonfly("administration", "ADMIN SLOW"),
  DFLYMIGRATE: dragonfly("administration", ADMINISTRATIVE),
  BGREWRITEAOF: redis("administration", ADMINISTRATIVE),
  SWAPDB: redis("administration", "KEYSPACE WRITE FAST DANGEROUS"),
  MIGRATE: redis("administration", "KEYSPACE WRITE SLOW DANGEROUS"),
  PFDEBUG: redis("administration", "HYPERLOGLOG WRITE ADMIN SLOW DANGEROUS"),
  PFSELFTEST: redis("administration", "HYPERLOGLOG ADMIN SLOW DANGEROUS"),
  REPLICAOF: both("role", ADMINISTRATIVE),
  SLAVEOF: both("role", ADMINISTRATIVE),
  REPLCONF: both("replication", ADMINISTRATIVE),
  ADDREPLICAOF: dragonfly("role", ADMINISTRATIVE),
  REPLTAKEOVER: dragonfly("role", "DANGEROUS"),
  DFLY: dragonfly("replication", "ADMIN"),
  PSYNC: redis("replication", ADMINISTRATIVE),
  SYNC: redis("replication", ADMINISTRATIVE),
  FAILOVER: redis("role", ADMINISTRATIVE),
  CONFIG: both("configuration", ADMINISTRATIVE),
  EVAL: both("scripting", "SLOW SCRIPTING"),
  EVALSHA: both("scripting", "SLOW SCRIPTING"),
  EVAL_RO: both("scripting", "SLOW SCRIPTING"),
  EVALSHA_RO: both("scripting", "SLOW SCRIPTING"),
  SCRIPT: both("scripting", "SLOW SCRIPTING"),
  FUNCTION: { kind: "scripting", dragonfly: ["SLOW"], redis: ["SLOW", "SCRIPTING"] },
  FCALL: redis("scripting", "SLOW SCRIPTING"),
  FCALL_RO: redis("scripting", "SLOW SCRIPTING"),
  INFO: both("other", "SLOW DANGEROUS"),
  ROLE: both("other", "ADMIN FAST DANGEROUS"),
  LASTSAVE: both("other", "ADMIN FAST DANGEROUS"),
  KEYS: both("other", "KEYSPACE READ SLOW DANGEROUS"),
  SORT: both("other", "WRITE SET SORTEDSET LIST SLOW DANGEROUS"),
  SORT_RO: both("other", "READ SET SORTEDSET LIST SLOW DANGEROUS"),
  RESTORE: both("other", "KEYSPACE WRITE SLOW DANGEROUS"),
  AUTH: both("other", "FAST CONNECTION"),
  HELLO: both("other", "FAST CONNECTION"),
};

/** The categories of a command in an engine; undefined where it has no such command. */
export const categoriesOf = (command: string, engine: Engine): readonly string[] | undefined =>
  COMMANDS[command]?.[engine];
export const kindOf = (command: string): Kind => COMMANDS[command]?.kind ?? "other";
export const isDangerous = (command: string, engine: Engine): boolean =>
  categoriesOf(command, engine)?.includes("DANGEROUS") === true;
