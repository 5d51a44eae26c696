import type { Engine, Epoch, Milliseconds, Role, SiteName } from "../../server/types";
import type { Heartbeat } from "../../contract/heartbeat";
import type { DataVersion, Phase, PromotionMode, ReplicationPosition, SiteRoleSpec } from "../../contract/siteRole";

/** What the role object says, as far as the guard knows. */
export type RoleView =
  /** The API server has not been reached since the guard started. */
  | { readonly kind: "unknown" }
  | { readonly kind: "missing" }
  /** Written by a newer version: an unknown role or mode, for one. */
  | { readonly kind: "not-understood"; readonly problem: string }
  | { readonly kind: "present"; readonly spec: SiteRoleSpec };

/**
 * Who may come in: nobody, replicas' readers, or a primary's writers and replicas. `unknown` after a start of the
 * guard.
 */
export type Door = "closed" | "read-only" | "handover" | "open" | "unknown";

export interface AnsweringServer {
  readonly kind: "answering";
  /** New with each start of the process. */
  readonly runId: string;
  readonly loading: boolean;
  readonly role: Role;
  /** For a replica: the site whose source port it follows; null when it follows something else. */
  readonly source: SiteName | null;
  readonly linkUp: boolean;
  /** How long the link has been down; 0 while it is up. */
  readonly linkDownMs: Milliseconds;
  readonly syncInProgress: boolean;
  readonly position: ReplicationPosition | null;
  /**
   * The heartbeat in the data set; null: none there (an empty or foreign data set); undefined: could not be read (a
   * full sync).
   */
  readonly heartbeat: Heartbeat | null | undefined;
  /** How long the heartbeat in the data set has not changed, by this guard's monotonic clock. */
  readonly heartbeatUnchangedMs: Milliseconds;
  readonly commands: number;
  readonly dumping: boolean;
}

export type ServerView =
  | { readonly kind: "absent" }
  /** The process is there and does not answer. */
  | { readonly kind: "silent"; readonly runId: string; readonly forMs: Milliseconds }
  | AnsweringServer;

/** A peer's guard, as its /status last said, while it is reachable. */
export interface PeerView {
  readonly site: SiteName;
  readonly reachable: boolean;
  readonly specRole: Role | null;
  readonly specEpoch: number | null;
  readonly serving: boolean;
  /** For how long it has been reachable and serving without a break. */
  readonly servingForMs: Milliseconds;
  readonly dataVersion: DataVersion | null;
  readonly position: ReplicationPosition | null;
  readonly promotion: {
    readonly epoch: number;
    readonly mode: PromotionMode;
    readonly commandsSeen: number | null;
    readonly runIdSeen: string | null;
  } | null;
  /** Its answer to a handover, when it has closed for one. */
  readonly handover: { readonly epoch: number; readonly position: ReplicationPosition | null } | null;
}

/** A takeover (Dragonfly) or a proof (Redis) under way or ended, for one epoch. */
export type TakeoverView =
  | { readonly kind: "none" }
  | { readonly kind: "running"; readonly epoch: Epoch }
  | { readonly kind: "succeeded"; readonly epoch: Epoch }
  | {
      readonly kind: "failed";
      readonly epoch: Epoch;
      readonly outcome: "refused" | "unknown";
      readonly reason: string;
    };

export interface Promotion {
  readonly epoch: Epoch;
  readonly mode: PromotionMode;
  readonly dataVersion: DataVersion | null;
  readonly commandsSeen: number | null;
  /** The old primary's server process that counted `commandsSeen`. */
  readonly runIdSeen: string | null;
  readonly lagSeconds: number | null;
  readonly partial: boolean;
}

/** What survives a restart of the guard; on the server's volume. */
export interface Memory {
  /** The last spec that the API server gave. */
  readonly spec: SiteRoleSpec | null;
  /** The highest epoch of this site's own object. */
  readonly highestEpoch: number;
  /** The highest (epoch, site) that a peer's object claimed. */
  readonly highestPeer: { readonly epoch: number; readonly site: SiteName; readonly role: Role } | null;
  /** The door as it was last set, and the server process that it belongs to. */
  readonly door: { readonly runId: string; readonly state: Door; readonly usersHash: string } | null;
  /** The server process that served as primary, and the epoch that it did so at. */
  readonly served: { readonly runId: string; readonly epoch: Epoch } | null;
  /** The server process since whose start a peer has been reached. */
  readonly peerReached: string | null;
  readonly promotion: Promotion | null;
  readonly refusal: { readonly epoch: number; readonly reason: string; readonly outcome: "refused" | "unknown" } | null;
  /** A takeover that was begun on this server process; its outcome may be unknown after a restart of the guard. */
  readonly takeoverBegun: { readonly runId: string; readonly epoch: Epoch } | null;
  readonly handover: {
    readonly epoch: number;
    readonly runId: string;
    readonly position: ReplicationPosition | null;
  } | null;
  readonly divergence: {
    readonly epoch: number;
    readonly writesUpperBound: number | null;
    readonly dump: string | null;
  } | null;
  readonly endedFor: number;
  /**
   * The snapshot that was put in place, the epoch it was for (0: the site's own doing, as its server was empty), and
   * the server
   * process that ran then: only the next one has loaded it.
   */
  readonly restored: { readonly epoch: number; readonly runId: string; readonly snapshot: string } | null;
  /** The request for a snapshot that was last handed on. */
  readonly snapshotAsked: string | null;
  /** The newest data version that was seen in this site's server. */
  readonly dataVersion: DataVersion | null;
}

export const EMPTY_MEMORY: Memory = {
  spec: null,
  highestEpoch: 0,
  highestPeer: null,
  door: null,
  served: null,
  peerReached: null,
  promotion: null,
  refusal: null,
  takeoverBegun: null,
  handover: null,
  divergence: null,
  endedFor: 0,
  restored: null,
  snapshotAsked: null,
  dataVersion: null,
};

/** What the process beside the guard says of a restore. */
export interface SnapshotsView {
  readonly restoreWhenEmpty: boolean;
  /** Since a restore was last asked for; large when none was. */
  readonly sinceAskedMs: Milliseconds;
  /** For the epoch that it was asked for; null: none was asked for since it started, or it does not answer. */
  readonly restore: {
    readonly epoch: number;
    readonly from: string;
    readonly id: string | null;
    readonly state: "fetching" | "placed" | "failed" | "none";
    readonly reason: string;
  } | null;
}

export interface Observation {
  readonly site: SiteName;
  readonly engine: Engine;
  readonly peersConfigured: readonly SiteName[];
  readonly onPeerUnreachable: "hold" | "serve";
  readonly role: RoleView;
  readonly memory: Memory;
  /** The door of the running server process; "closed" right after its start, for the ACL file closes it. */
  readonly door: Door;
  /** Whether dumps of the running server are on; null when not known. */
  readonly dumps: boolean | null;
  /** Whether a Redis replica has its source's password; null when not known, or not Redis. */
  readonly credentials: boolean | null;
  readonly server: ServerView;
  readonly peers: readonly PeerView[];
  readonly takeover: TakeoverView;
  /** A divergence dump under way. */
  readonly savingDivergence: boolean;
  /** null: this site keeps no snapshots. */
  readonly snapshots: SnapshotsView | null;
  /** Milliseconds since the last REPLICAOF; large when none was sent. */
  readonly sinceFollowMs: Milliseconds;
  /** The guard was told to stop: the pod is going. */
  readonly terminating: boolean;
}

export type Action =
  | { readonly kind: "createRole" }
  | { readonly kind: "setDoor"; readonly door: Exclude<Door, "unknown"> }
  | { readonly kind: "recordHandover"; readonly epoch: Epoch }
  | { readonly kind: "endServer"; readonly how: "terminate" | "kill"; readonly forEpoch: Epoch | null }
  | {
      readonly kind: "takeOver";
      readonly epoch: Epoch;
      readonly from: SiteName;
      readonly proof: ReplicationPosition | null;
    }
  /** REPLICAOF NO ONE. */
  | { readonly kind: "promote"; readonly promotion: Promotion }
  /** The server is a master already and is admitted at this epoch: record it and write the first heartbeat. */
  | { readonly kind: "admit"; readonly promotion: Promotion; readonly atLeast: DataVersion }
  | { readonly kind: "refuse"; readonly epoch: Epoch; readonly reason: string; readonly outcome: "refused" | "unknown" }
  | { readonly kind: "saveDivergence"; readonly epoch: Epoch; readonly writesUpperBound: number | null }
  /** Has a snapshot fetched to where the server looks when it starts. */
  | { readonly kind: "restore"; readonly from: string; readonly epoch: number }
  /** It is there: the process that runs now is ended next. */
  | { readonly kind: "recordRestored"; readonly snapshot: string; readonly epoch: number }
  /** REPLICAOF NO ONE, without anybody being promoted. */
  | { readonly kind: "detach" }
  | { readonly kind: "setDumps"; readonly dumps: "on" | "off" }
  | { readonly kind: "setCredentials"; readonly credentials: "given" | "withheld" }
  | { readonly kind: "follow"; readonly source: SiteName };

export interface Decision {
  readonly phase: Phase;
  /** Why, and what to do where a person must act. */
  readonly reason: string;
  /** In order; each is done only if the one before it succeeded. */
  readonly actions: readonly Action[];
  /** Whether heartbeats go on. */
  readonly heartbeat: boolean;
  /** Whether clients may write here once the actions are done. */
  readonly serving: boolean;
}
