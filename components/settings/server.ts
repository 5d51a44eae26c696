import type { BullmqMode } from "../../server/flags";
import type { Engine } from "../../server/types";

export interface SlowlogSettings {
  /** Commands that take at least as long, in microseconds, are logged. Default 10000. A change needs `upgrade`. */
  readonly thresholdMicroseconds: number;
  /** Entries kept (Dragonfly: a thread). Default 128. A change needs `upgrade`. */
  readonly maxLength: number;
}

export interface StorageSettings {
  /**
   * Of the volume for dumps, such as "10Gi". Default 5Gi. Kubernetes does not change it afterwards: it belongs to the
   * claim.
   */
  readonly size: string;
  /** Storage class; "" for the cluster's default. Belongs to the claim like the size. */
  readonly className: string;
}

/**
 * The server of a site. No change here touches a running cache: the pod is replaced by `dragonfly-dr upgrade`, standby
 * first, never by `pulumi up`.
 */
export interface ServerSettings {
  /**
   * `dragonfly` (default), or `redis` for Redis and Valkey. Both sites run the same; the two cannot replicate to each
   * other.
   */
  readonly engine: Engine;
  /** Default: Dragonfly's official image. Dragonfly v1.37 or later; in production with its digest. Needs `upgrade`. */
  readonly image: string;
  /** Dragonfly's proactor threads, Redis' I/O threads. Default 2. Needs `upgrade`. */
  readonly threads: number;
  /** At most 75 % of memoryLimit; for Dragonfly at least threads × 256Mi. Default 512mb. Needs `upgrade`. */
  readonly maxmemory: string;
  /** Whether the least used keys make room at maxmemory (default), or writes are refused. Needs `upgrade`. */
  readonly cacheMode: boolean;
  /** Cores. Default 100m. Needs `upgrade`. */
  readonly cpuRequest: string;
  /** Cores; "" (default) for none. Before v1.38 a limit decides Dragonfly's threads. Needs `upgrade`. */
  readonly cpuLimit: string;
  /** Default 256Mi. Needs `upgrade`. */
  readonly memoryRequest: string;
  /** Default 1Gi. Needs `upgrade`. */
  readonly memoryLimit: string;
  readonly storage: StorageSettings;
  readonly slowlog: SlowlogSettings;
  /** How BullMQ's scripts are let in on Dragonfly. Default `undeclared-keys`, on Redis `off`. Needs `upgrade`. */
  readonly bullmq: BullmqMode;
  /** Further flags as "--name=value"; those of the program and the guard are refused. Default none. Needs `upgrade`. */
  readonly extraArgs: readonly string[];
}
