import type { Engine, Role } from "./types";

/**
 * One replica as its primary sees it. `lag`: records on Dragonfly (0 unless stable), seconds on Redis; null where not
 * told.
 */
export interface ConnectedReplica {
  readonly ip: string;
  readonly port: number;
  readonly state: string;
  readonly lag: number | null;
  /** Bytes of the stream that it has confirmed (Redis only). */
  readonly offset: number | null;
}

/**
 * A server's own words on replication. They are no proof of freshness: "up" may stand for minutes while the source is
 * frozen.
 */
export interface ReplicationInfo {
  readonly role: Role;
  readonly sourceHost: string | null;
  readonly sourcePort: number | null;
  /** The TCP link to the source; false on a primary. */
  readonly linkUp: boolean;
  readonly syncInProgress: boolean;
  /**
   * Primary: where its stream is (null on Dragonfly, which has one for each shard and does not say).
   * Replica: what it has applied; null until a full sync is done.
   */
  readonly offset: number | null;
  readonly replicationId: string | null;
  readonly connectedReplicas: readonly ConnectedReplica[];
  /** The server still reads its dump (or, on Dragonfly, a full sync). */
  readonly loading: boolean;
}

/** `INFO`'s fields of every section by name; lines that are no field are left out. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0 && !line.startsWith("#")) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

const whole = (text: string | undefined): number | null =>
  text !== undefined && /^-?\d+$/.test(text) ? Number(text) : null;

/** `slaveN:ip=…,port=…,state=…,lag=…[,offset=…]`; the address may hold colons (IPv6), never a comma. */
function parseReplica(line: string): ConnectedReplica {
  const parts = new Map(
    line.split(",").map((part) => {
      const equals = part.indexOf("=");
      return [part.slice(0, equals), part.slice(equals + 1)] as const;
    }),
  );
  return {
    ip: parts.get("ip") ?? "",
    port: whole(parts.get("port")) ?? 0,
    state: parts.get("state") ?? "",
    lag: whole(parts.get("lag")),
    offset: whole(parts.get("offset")),
  };
}

/**
 * What `INFO` (all sections, or at least replication and persistence) says about replication.
 * @throws Error when the text has no role: an answer cut short must not pass for a primary's.
 */
export const parseReplication = (infoText: string, engine: Engine): ReplicationInfo =>
  replicationOf(parseInfo(infoText), engine);

/** As `parseReplication`, from fields that are parsed already. */
export function replicationOf(info: ReadonlyMap<string, string>, engine: Engine): ReplicationInfo {
  const word = info.get("role");
  // Dragonfly says "replica" where info_replication_valkey_compatible is off.
  const role: Role | null = word === "master" ? "primary" : word === "slave" || word === "replica" ? "replica" : null;
  if (role === null) throw new Error(`INFO replication: role "${word ?? ""}" is neither master nor slave`);
  const connectedReplicas = [...info]
    .filter(([name]) => /^slave\d+$/.test(name))
    .map(([, value]) => parseReplica(value));
  const replica = role === "replica";
  const appliedOffset = whole(info.get("slave_repl_offset"));
  const syncInProgress = replica && info.get("master_sync_in_progress") === "1";
  // Redis gives -1 or a leftover of the stream before while its first sync runs; Dragonfly leaves the field out.
  const replicaOffset =
    appliedOffset !== null && appliedOffset >= 0 && !(engine === "redis" && syncInProgress) ? appliedOffset : null;
  return {
    role,
    sourceHost: replica ? (info.get("master_host") ?? null) : null,
    sourcePort: replica ? whole(info.get("master_port")) : null,
    linkUp: replica && info.get("master_link_status") === "up",
    syncInProgress,
    offset: replica ? replicaOffset : engine === "redis" ? whole(info.get("master_repl_offset")) : null,
    replicationId: info.get("master_replid") ?? null,
    connectedReplicas: replica && engine === "dragonfly" ? [] : connectedReplicas,
    loading: info.get("loading") === "1",
  };
}
