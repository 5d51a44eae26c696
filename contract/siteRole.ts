import type { Bytes, Engine, Epoch, Role, Seconds, SiteName } from "../server/types";
import { compareDataVersions, type Claim } from "./epochs";
import type { SnapshotsReport } from "./snapshotsReport";

/** The custom resource that holds one site's role and epoch: commands write the spec, the guard writes the status. */
export const SITE_ROLE = {
  group: "dragonfly-dr.io",
  version: "v1alpha1",
  kind: "SiteRole",
  plural: "siteroles",
  apiVersion: "dragonfly-dr.io/v1alpha1",
} as const;

/**
 * How a primary comes to its role: `initial` (first ever), `handover` (from a living primary, with proof that nothing
 * is
 * missing), `forced` (from whatever the replica holds), `resume` (goes on with its own data after a handover that was
 * given up),
 * `restored` (from a snapshot, whatever its server held).
 */
export type PromotionMode = "initial" | "handover" | "forced" | "resume" | "restored";

/** Which data set is newer: the heartbeat's epoch first, then its sequence. */
export interface DataVersion {
  readonly epoch: number;
  readonly sequence: number;
}

/** An operator's word for one run of the server and for the data that it held then; void for any other. */
export interface Allowance {
  readonly runId: string;
  /** Null: the server held no data of the cache. */
  readonly dataVersion: DataVersion | null;
}

/** Whether `allowance` was given for this run of the server and this data. */
export const isAllowed = (allowance: Allowance | undefined, runId: string, held: DataVersion | null): boolean =>
  allowance !== undefined &&
  allowance.runId === runId &&
  (allowance.dataVersion == null || held === null
    ? allowance.dataVersion == null && held === null
    : compareDataVersions(allowance.dataVersion, held) === 0);

export interface DiscardedData extends DataVersion {
  readonly site: SiteName;
}

/** Where a Redis primary's stream of writes ended when it closed: its replication id and offset in bytes. */
export interface ReplicationPosition {
  readonly replicationId: string;
  readonly offset: number;
}

export interface SiteRoleSpec {
  readonly site: SiteName;
  readonly role: Role;
  /** Never falls; a change of role needs a higher one. The API server refuses anything else. */
  readonly epoch: Epoch;
  /** For a primary. */
  readonly mode?: PromotionMode;
  /** For a replica: the site to follow. For a primary by handover: the site it takes over from. */
  readonly source?: SiteName;
  /** On the primary, at its current epoch: be ready to be replaced by `to` at `epoch`. Removed to give it up. */
  readonly handover?: { readonly to: SiteName; readonly epoch: Epoch };
  /** For a primary by handover on Redis: what the old primary's stream ended with. */
  readonly proof?: ReplicationPosition;
  /** For a forced primary: promote although a full sync had not finished. */
  readonly acceptPartial?: boolean;
  /** For a primary: serve although a peer's data is newer, or its own is empty. */
  readonly acceptLoss?: Allowance;
  /** For a primary: serve after a start of the server although no peer could be reached. */
  readonly peerLost?: Allowance;
  /** For a forced primary: newer data at other sites that the operator gave up, by site and version. */
  readonly discard?: readonly DiscardedData[];
  /** End the server's process once before acting on this epoch: a takeover's outcome was unknown. */
  readonly endServer?: boolean;
  /** For a restored primary: the snapshot's id, or `newest`. */
  readonly restore?: { readonly from: string };
  /**
   * Take a snapshot now, or read the one named by `check` and compare it with its manifest; `id` is the asker's name for
   * this request, and each is carried out once.
   */
  readonly snapshot?: { readonly id: string; readonly check?: string };
}

/** What the guard is doing, in one word; `reason` says why. */
export type Phase =
  | "Starting"
  | "Holding"
  | "Serving"
  | "Preparing"
  | "Prepared"
  | "Promoting"
  | "Refused"
  | "Syncing"
  | "Following"
  | "Fenced";

export interface ServerStatus {
  readonly engine: Engine;
  readonly version: string;
  /** New with each start of the server's process. */
  readonly runId: string;
  readonly threads: number;
  readonly usedMemoryBytes: Bytes;
  /** 0 where the server sets no limit. */
  readonly maxMemoryBytes: Bytes;
}

export interface ReplicationStatus {
  readonly source: SiteName | null;
  readonly linkUp: boolean;
  readonly syncInProgress: boolean;
  /** Role slave, link up, no sync in progress, offset present, heartbeat fresh. */
  readonly inSync: boolean;
  /** Age of the newest heartbeat that this copy holds; measured by the primary's clock while it can be reached. */
  readonly lagSeconds: Seconds | null;
  readonly position: ReplicationPosition | null;
}

export interface PeerStatus {
  readonly site: SiteName;
  readonly reachable: boolean;
  readonly lastContactSeconds: Seconds | null;
  readonly role: Role | null;
  readonly epoch: Epoch | null;
  readonly serving: boolean;
  readonly dataVersion: DataVersion | null;
  /** Seen from a primary: how far the peer's copy is behind. */
  readonly lagSeconds: Seconds | null;
}

export interface SiteRoleStatus {
  readonly site: SiteName;
  readonly observedGeneration: number;
  readonly phase: Phase;
  readonly reason: string;
  /** The role that the server has, whatever the spec says; null while it cannot be asked. */
  readonly role: Role | null;
  /** The highest epoch that this site has acted on. */
  readonly epoch: number;
  /** True while clients may write here. */
  readonly serving: boolean;
  readonly dataVersion: DataVersion | null;
  readonly server: ServerStatus | null;
  readonly replication: ReplicationStatus | null;
  readonly peers: readonly PeerStatus[];
  /**
   * After closing for a handover (Redis): the proof that the next primary needs. Dragonfly: position is null, the
   * takeover proves itself.
   */
  readonly handover?: { readonly epoch: number; readonly position: ReplicationPosition | null };
  /** The guard will not act on this epoch any more; `unknown`: a takeover timed out and may yet happen. */
  readonly refusal?: { readonly epoch: number; readonly reason: string; readonly outcome: "refused" | "unknown" };
  /** How this site last became primary, and the newest heartbeat that it had then. */
  readonly promotion?: {
    readonly epoch: number;
    readonly mode: PromotionMode;
    readonly dataVersion: DataVersion | null;
    /** The old primary's command counter in that heartbeat; what it counted beyond is an upper bound of the loss. */
    readonly commandsSeen: number | null;
    readonly lagSeconds: Seconds | null;
    readonly partial: boolean;
  };
  /**
   * After this site was fenced as a former primary: at most so many writes never reached the new one; they are kept in
   * `dump`.
   */
  readonly divergence?: {
    readonly epoch: number;
    readonly writesUpperBound: number | null;
    readonly dump: string | null;
  };
  /** The highest claim that this site remembers of any site, its own included; no lower epoch may be used again. */
  readonly highestClaim?: Claim | null;
  /** ISO 8601, by this site's clock: when clients could last write here; absent while they can, or never could. */
  readonly stoppedServingAt?: string | null;
  /** As the process beside the guard last said; absent while snapshots are off or it does not answer. */
  readonly snapshots?: SnapshotsReport;
  /** ISO 8601; written at each change and every few seconds besides. */
  readonly updatedAt: string;
}

export interface SiteRoleObject {
  readonly apiVersion: typeof SITE_ROLE.apiVersion;
  readonly kind: typeof SITE_ROLE.kind;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly uid?: string;
  };
  readonly spec: SiteRoleSpec;
  readonly status?: SiteRoleStatus;
}
