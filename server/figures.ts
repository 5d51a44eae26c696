/** A figure of the server, by one name for both engines. */
export interface Figure {
  /** Without the prefix `dragonfly_dr_server_`. */
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly value: number;
}

interface Source {
  readonly name: string;
  readonly type: Figure["type"];
  readonly help: string;
  /** Fields of INFO, the first that is there; with `sum`, all that are there. */
  readonly fields: readonly string[];
  readonly sum?: true;
}

/** Sections of INFO that hold them. */
export const FIGURE_SECTIONS = ["memory", "clients", "stats", "keyspace"] as const;

const SOURCES: readonly Source[] = [
  { name: "memory_used_bytes", type: "gauge", help: "Memory in use", fields: ["used_memory"] },
  {
    name: "memory_max_bytes",
    type: "gauge",
    help: "maxmemory; 0 means no limit",
    fields: ["maxmemory", "max_memory"],
  },
  { name: "connected_clients", type: "gauge", help: "Connections of clients", fields: ["connected_clients"] },
  { name: "max_clients", type: "gauge", help: "maxclients", fields: ["maxclients", "max_clients"] },
  {
    name: "evicted_keys_total",
    type: "counter",
    help: "Keys evicted at maxmemory since the server's start",
    fields: ["evicted_keys"],
  },
  {
    name: "expired_keys_total",
    type: "counter",
    help: "Keys expired since the server's start",
    fields: ["expired_keys"],
  },
  {
    name: "commands_total",
    type: "counter",
    help: "Commands processed since the server's start",
    fields: ["total_commands_processed"],
  },
  { name: "keyspace_hits_total", type: "counter", help: "Reads that found their key", fields: ["keyspace_hits"] },
  { name: "keyspace_misses_total", type: "counter", help: "Reads that found no key", fields: ["keyspace_misses"] },
  {
    name: "acl_denied_total",
    type: "counter",
    help: "Logins, commands, keys and channels that the ACL denied since the server's start",
    fields: ["acl_access_denied_auth", "acl_access_denied_cmd", "acl_access_denied_key", "acl_access_denied_channel"],
    sum: true,
  },
];

const KEYS = /^keys=(\d+)/;

/** What INFO says, as far as it says it: a version that has no such field leaves the figure out. */
export function serverFigures(info: ReadonlyMap<string, string>): readonly Figure[] {
  const figures = SOURCES.flatMap(({ name, type, help, fields, sum }): Figure[] => {
    const values = fields.flatMap((field) => {
      const text = info.get(field);
      return text !== undefined && /^\d+$/.test(text) ? [Number(text)] : [];
    });
    const [first] = values;
    if (first === undefined) return [];
    return [{ name, type, help, value: sum === true ? values.reduce((a, b) => a + b, 0) : first }];
  });
  const keys = [...info].reduce(
    (total, [field, text]) => total + (/^db\d+$/.test(field) ? Number(KEYS.exec(text)?.[1] ?? 0) : 0),
    0,
  );
  return [...figures, { name: "keys", type: "gauge", help: "Keys in all databases", value: keys }];
}
