import { ports } from "./ports";
import { formatBytes } from "./quantity";
import { bytes, type Bytes, type Engine } from "./types";

/**
 * How BullMQ's scripts, which touch keys that they do not declare, are let in (Dragonfly only; Redis always lets them
 * in).
 * `undeclared-keys`: any queue name, but each script locks the whole store. `hashtags`: parallel, and every queue must
 * be
 * named with a hash tag such as "{mail}".
 */
export type BullmqMode = "off" | "undeclared-keys" | "hashtags";

export interface ServerConfig {
  readonly engine: Engine;
  /** Dragonfly: proactor threads. Redis: I/O threads. */
  readonly threads: number;
  readonly maxmemory: Bytes;
  /** The container's memory limit. */
  readonly memoryLimit: Bytes;
  /** Whether the least used keys make room at maxmemory, or writes are refused. */
  readonly eviction: "evict" | "refuse";
  readonly slowlog: { readonly thresholdMicroseconds: number; readonly maxLength: number };
  readonly bullmq: BullmqMode;
  /** Further flags, each `--name=value`; not those that the program or the guard owns. */
  readonly extraArgs: readonly string[];
}

/** One thing that is wrong with a server's configuration, for the report of all of them. */
export interface ServerProblem {
  /** The field, such as "maxmemory" or "extraArgs[1]". */
  readonly field: string;
  /** The other fields that it is compared with. */
  readonly besides: readonly string[];
  readonly problem: string;
  readonly remedy: string;
}

export const DATA_DIRECTORY = "/data";
export const ACL_FILE = "/etc/dragonfly/acl/users.acl";
/** What each Dragonfly thread needs before the server starts at all (note 3). */
export const DRAGONFLY_BYTES_PER_THREAD = bytes(256 * 2 ** 20);
/**
 * Share of the container's limit that maxmemory may take: the rest is for connections, replication and the dump's
 * copies.
 */
export const MAXMEMORY_SHARE = 0.75;

/** The dump's name where dumps are allowed; the guard empties it until a replica is in sync. */
export const dumpFileName = (engine: Engine): string => (engine === "dragonfly" ? "dump-{timestamp}" : "dump.rdb");

/** The server's program; images of both engines have it on PATH. */
export const serverCommand = (engine: Engine): readonly string[] => [
  engine === "dragonfly" ? "dragonfly" : "redis-server",
];

const bullmqFlags: Readonly<Record<BullmqMode, readonly string[]>> = {
  off: [],
  "undeclared-keys": ["--default_lua_flags=allow-undeclared-keys"],
  hashtags: ["--cluster_mode=emulated", "--lock_on_hashtags=true"],
};

function dragonflyArgs(config: ServerConfig): readonly string[] {
  return [
    "--logtostderr",
    // Errors only: among its warnings is the password of every client whose HELLO is refused (seen in v1.36.0).
    "--minloglevel=2",
    `--port=${ports.client}`,
    // ACL does not reach the admin port (note 7): loopback only, and requirepass (DFLY_requirepass) guards it.
    `--admin_port=${ports.serverAdmin}`,
    "--admin_bind=127.0.0.1",
    // /flagz would show and set flags on the clients' port (note 8).
    "--primary_port_http_enabled=false",
    "--version_check=false",
    `--dir=${DATA_DIRECTORY}`,
    `--dbfilename=${dumpFileName("dragonfly")}`,
    `--aclfile=${ACL_FILE}`,
    `--maxmemory=${config.maxmemory}`,
    `--proactor_threads=${config.threads}`,
    `--cache_mode=${config.eviction === "evict"}`,
    // An empty primary back on the same address must not empty this copy (note 11).
    "--break_replication_on_master_restart=true",
    // The 8192 entries by default are over within a second under load: each longer break of a WAN link would be a full
    // sync.
    "--shard_repl_backlog_len=65536",
    `--slowlog_log_slower_than=${config.slowlog.thresholdMicroseconds}`,
    `--slowlog_max_len=${config.slowlog.maxLength}`,
    ...bullmqFlags[config.bullmq],
    ...config.extraArgs,
  ];
}

/** "--name=value" as the words that Redis takes. */
const asWords = (arg: string): readonly string[] => {
  const equals = arg.indexOf("=");
  return equals < 0 ? [arg] : [arg.slice(0, equals), arg.slice(equals + 1)];
};

function redisArgs(config: ServerConfig): readonly string[] {
  const backlog = Math.max(2 ** 20, Math.min(64 * 2 ** 20, Math.floor(config.maxmemory / 8)));
  return [
    `--port=${ports.client}`,
    // Every user has a password; "protected mode" would refuse the gateway.
    "--protected-mode=no",
    `--dir=${DATA_DIRECTORY}`,
    `--dbfilename=${dumpFileName("redis")}`,
    `--aclfile=${ACL_FILE}`,
    // dbfilename is protected; the guard changes it from loopback.
    "--enable-protected-configs=local",
    `--maxmemory=${config.maxmemory}`,
    `--maxmemory-policy=${config.eviction === "evict" ? "allkeys-lru" : "noeviction"}`,
    `--io-threads=${config.threads}`,
    "--appendonly=no",
    // No schedule until the guard knows that this copy is whole.
    "--save=",
    // A dump that fails (a full volume) is no reason to refuse writes: the age of the newest snapshot says so (seen:
    // MISCONF).
    "--stop-writes-on-bgsave-error=no",
    "--repl-diskless-load=disabled",
    // There is one replica: nothing to wait for (5 s by default).
    "--repl-diskless-sync-delay=0",
    `--repl-backlog-size=${backlog}`,
    "--repl-timeout=60",
    "--replica-read-only=yes",
    "--shutdown-timeout=10",
    "--shutdown-on-sigterm=save",
    `--slowlog-log-slower-than=${config.slowlog.thresholdMicroseconds}`,
    `--slowlog-max-len=${config.slowlog.maxLength}`,
    ...config.extraArgs,
  ].flatMap(asWords);
}

/**
 * The server's arguments. It starts without a source: the guard says REPLICAOF once the last dump is loaded (note 2).
 */
export const serverArgs = (config: ServerConfig): readonly string[] =>
  config.engine === "dragonfly" ? dragonflyArgs(config) : redisArgs(config);

/** Flags that the program sets from other keys, or the guard at run time; `extraArgs` may not name them. */
export const ownedFlags: Readonly<Record<Engine, readonly string[]>> = {
  dragonfly: [
    "minloglevel",
    "vmodule",
    "port",
    "bind",
    "unixsocket",
    "admin_port",
    "admin_bind",
    "admin_nopass",
    "no_tls_on_admin_port",
    "primary_port_http_enabled",
    "memcached_port",
    "requirepass",
    "aclfile",
    "acllog_max_len_per_user",
    "masteruser",
    "masterauth",
    "replicaof",
    "replica_announce_ip",
    "announce_port",
    "break_replication_on_master_restart",
    "dir",
    "dbfilename",
    "snapshot_cron",
    "df_snapshot_format",
    "maxmemory",
    "proactor_threads",
    "cache_mode",
    "default_lua_flags",
    "cluster_mode",
    "lock_on_hashtags",
    "slowlog_log_slower_than",
    "slowlog_max_len",
    "version_check",
    "flagfile",
    "fromenv",
    "tryfromenv",
    "tls",
    "tls_replication",
    "tls_cert_file",
    "tls_key_file",
    "tls_ca_cert_file",
    "tls_ca_cert_dir",
    "info_replication_valkey_compatible",
    "rename_command",
  ],
  redis: [
    "port",
    "bind",
    "unixsocket",
    "protected-mode",
    "requirepass",
    "aclfile",
    "user",
    "masteruser",
    "masterauth",
    "replicaof",
    "slaveof",
    "replica-announce-ip",
    "replica-announce-port",
    "replica-read-only",
    "slave-read-only",
    "replica-serve-stale-data",
    "repl-diskless-load",
    "dir",
    "dbfilename",
    "save",
    "stop-writes-on-bgsave-error",
    "appendonly",
    "maxmemory",
    "maxmemory-policy",
    "io-threads",
    "slowlog-log-slower-than",
    "slowlog-max-len",
    "enable-protected-configs",
    "enable-debug-command",
    "enable-module-command",
    "shutdown-on-sigterm",
    "shutdown-timeout",
    "daemonize",
    "supervised",
    "cluster-enabled",
    "sentinel",
    "rename-command",
    "include",
    "logfile",
    "tls-port",
  ],
};

const flagName = (arg: string): string =>
  arg
    .replace(/^--?/, "")
    .replace(/[=\s].*$/s, "")
    .toLowerCase();
const sameWord = (name: string): string => name.replace(/-/g, "_");

/** Absl takes "--noflag" for "--flag=false". */
function ownedName(engine: Engine, arg: string): string | undefined {
  const name = sameWord(flagName(arg));
  return ownedFlags[engine].find(
    (owned) => sameWord(owned) === name || (engine === "dragonfly" && `no${sameWord(owned)}` === name),
  );
}

function checkExtraArgs(config: ServerConfig): readonly ServerProblem[] {
  return config.extraArgs.flatMap((arg, at): readonly ServerProblem[] => {
    const field = `extraArgs[${at}]`;
    if (!/^--[A-Za-z][A-Za-z0-9_-]*(=[^\n\r\0]*)?$/.test(arg)) {
      const remedy = 'write it as one text such as "--maxclients=1000"';
      return [{ field, besides: [], problem: "is no flag", remedy }];
    }
    const owned = ownedName(config.engine, arg);
    return owned === undefined
      ? []
      : [
          {
            field,
            besides: ["engine"],
            problem: `--${owned} belongs to the program or its guard`,
            remedy: "remove it; if the setting has a key of its own, use that",
          },
        ];
  });
}

function checkMemory(config: ServerConfig): readonly ServerProblem[] {
  const problems: ServerProblem[] = [];
  const most = bytes(Math.floor(config.memoryLimit * MAXMEMORY_SHARE));
  const wanted = bytes(Math.ceil(config.maxmemory / MAXMEMORY_SHARE));
  if (config.maxmemory > most) {
    problems.push({
      field: "maxmemory",
      besides: ["memoryLimit"],
      problem:
        `${formatBytes(config.maxmemory)} is over ${MAXMEMORY_SHARE * 100} % of memoryLimit` +
        ` (${formatBytes(config.memoryLimit)}): the container would be killed before the server makes room`,
      remedy: `at most ${formatBytes(most)}, or a memoryLimit of at least ${formatBytes(wanted)}`,
    });
  }
  const least = bytes(config.threads * DRAGONFLY_BYTES_PER_THREAD);
  if (config.engine === "dragonfly" && config.maxmemory < least) {
    problems.push({
      field: "maxmemory",
      besides: ["threads", "engine"],
      problem:
        `${formatBytes(config.maxmemory)} is under threads × 256Mi (${formatBytes(least)}):` +
        " Dragonfly would not start",
      remedy: `at least ${formatBytes(least)}, or fewer threads`,
    });
  }
  return problems;
}

/** Everything that would keep the server from starting, or would let it be killed later; empty when it is in order. */
export function checkServer(config: ServerConfig): readonly ServerProblem[] {
  const engineOnly: readonly ServerProblem[] =
    config.engine === "redis" && config.bullmq !== "off"
      ? [
          {
            field: "bullmq",
            besides: ["engine"],
            problem: `"${config.bullmq}" is a mode of Dragonfly; Redis needs none`,
            remedy: 'set it to "off"',
          },
        ]
      : [];
  return [...checkMemory(config), ...engineOnly, ...checkExtraArgs(config)];
}
