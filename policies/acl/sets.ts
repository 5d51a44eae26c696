import type { Engine } from "../../server/types";

/** Upper-case names of the commands that rules speak of. Seen in facts of both engines; what is in none is harmless. */
const DANGEROUS_EVERYWHERE = ["INFO", "CONFIG", "KEYS", "ROLE", "BGSAVE", "SAVE", "LASTSAVE", "DEBUG", "FLUSHDB", "FLUSHALL", "LATENCY", "SHUTDOWN", "REPLICAOF", "SLAVEOF", "REPLCONF", "SLOWLOG", "MODULE", "MONITOR", "SORT", "RESTORE", "ACL"];

export const DANGEROUS: Readonly<Record<Engine, ReadonlySet<string>>> = {
  dragonfly: new Set([...DANGEROUS_EVERYWHERE, "ADDREPLICAOF", "REPLTAKEOVER"]),
  redis: new Set([...DANGEROUS_EVERYWHERE, "BGREWRITEAOF", "CLIENT", "CLUSTER", "FAILOVER", "MIGRATE", "PFDEBUG", "PFSELFTEST", "PSYNC", "SYNC", "SWAPDB", "SORT_RO", "RESTORE-ASKING"]),
};

export const ADMIN: Readonly<Record<Engine, ReadonlySet<string>>> = {
  dragonfly: new Set(["ACL", "BGSAVE", "SAVE", "LASTSAVE", "CONFIG", "DEBUG", "DFLY", "DFLYCLUSTER", "LATENCY", "MODULE", "MONITOR", "REPLICAOF", "SLAVEOF", "ADDREPLICAOF", "REPLTAKEOVER", "REPLCONF", "SHUTDOWN", "SLOWLOG"]),
  redis: new Set(["ACL", "BGREWRITEAOF", "BGSAVE", "SAVE", "LASTSAVE", "CONFIG", "DEBUG", "FAILOVER", "LATENCY", "MODULE", "MONITOR", "PSYNC", "SYNC", "REPLICAOF", "SLAVEOF", "REPLCONF", "SHUTDOWN", "SLOWLOG", "CLUSTER", "PFDEBUG", "PFSELFTEST", "CLIENT"]),
};

export const REPLICATION: ReadonlySet<string> = new Set(["REPLICAOF", "SLAVEOF", "ADDREPLICAOF", "REPLTAKEOVER", "REPLCONF", "DFLY", "PSYNC", "SYNC", "FAILOVER"]);
export const SCRIPTING: ReadonlySet<string> = new Set(["EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "SCRIPT", "FCALL", "FCALL_RO", "FUNCTION"]);
export const CONNECTION: ReadonlySet<string> = new Set(["AUTH", "HELLO", "CLIENT", "COMMAND", "ECHO", "PING", "QUIT", "RESET", "SELECT", "READONLY", "READWRITE"]);
export const PUBSUB: ReadonlySet<string> = new Set(["PUBLISH", "SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE", "PUBSUB"]);
