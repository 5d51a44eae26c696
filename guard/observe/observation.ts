import type { Engine, Epoch, Milliseconds, Role, SiteName } from "../../server/types";
import type { Heartbeat } from "../../contract/heartbeat";
import type { DataState } from "../../contract/dataState";
import type { Claim } from "../../contract/epochs";
import type { PromotionMode, ReplicationPosition, SiteRoleSpec } from "../../contract/siteRole";
import type { Divergence, Promotion } from "../remember/guardState";

/** What the role object says, as far as the guard knows. */
export type RoleView =
  /** The API server has not been reached since the guard started. */
  | { readonly kind: "unknown" }
  | { readonly kind: "missing" }
  /** Written by a newer version: an unknown role or mode, for one. */
  | { readonly kind: "not-understood"; readonly problem: string }
  | { readonly kind: "present"; readonly spec: SiteRoleSpec; readonly reported: OwnReport | null };

/** What a guard of this site had reported in the object before this guard first read it. */
export interface OwnReport {
  readonly epoch: number;
  readonly promotion: Omit<Promotion, "runId"> | null;
  readonly refusal: { readonly epoch: number; readonly reason: string; readonly outcome: "refused" | "unknown" } | null;
  readonly highestClaim: Claim | null;
}

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
  /** What its server holds; null: it cannot say now, or `empty`. */
  readonly data: DataState | null;
  readonly empty: boolean;
  readonly position: ReplicationPosition | null;
  /** How long ago the question was sent that its last report answers. */
  readonly askedMsAgo: Milliseconds;
  readonly refusedEpoch: number | null;
  readonly takingOver: number | null;
  readonly recoveringFrom: SiteName | null;
  readonly givingTo: SiteName | null;
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

/** What the process beside the guard says of a restore. */
export interface SnapshotsView {
  readonly restoreWhenEmpty: boolean;
  /** It answers. */
  readonly reachable: boolean;
  /** The request for a snapshot that this guard is handing on, and the last that was taken. */
  readonly requesting: boolean;
  readonly requested: string | null;
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

/** A dump of what diverged, under way or ended. */
export type DumpView =
  | { readonly kind: "none" }
  | { readonly kind: "running" }
  | {
      readonly kind: "ended";
      readonly epoch: Epoch;
      readonly writesUpperBound: number | null;
      readonly of: Divergence["of"];
      /** null: it failed. */
      readonly file: string | null;
      /** Since it ended. */
      readonly forMs: Milliseconds;
    };

/**
 * What the guard is configured with, what it sees of its server, its peers, the role object and the snapshots' process,
 * and what it has begun itself on this run of the server. Reads only: nothing in it was written to be observed.
 */
export interface Observation {
  readonly site: SiteName;
  readonly engine: Engine;
  readonly peersConfigured: readonly SiteName[];
  readonly onPeerUnreachable: "hold" | "serve";
  readonly onCrash: "recover" | "hold";
  readonly onSilent: "wait" | "end";
  /** A full sync empties the server first, so that one that breaks off leaves a part (Dragonfly). */
  readonly replacesWhileSyncing: boolean;
  /** Changes with any user, rule or password. */
  readonly usersHash: string;
  readonly role: RoleView;
  /** Whether dumps of the running server are on; null when not known. */
  readonly dumps: boolean | null;
  /** Whether a Redis replica has its source's password; null when not known, or not Redis. */
  readonly credentials: boolean | null;
  readonly server: ServerView;
  readonly peers: readonly PeerView[];
  /** Claims that peers have sent along with their questions: over a link that works one way it is the only way. */
  readonly toldClaims: readonly Claim[];
  readonly takeover: TakeoverView;
  readonly divergenceDump: DumpView;
  /** null: this site keeps no snapshots. */
  readonly snapshots: SnapshotsView | null;
  /** Milliseconds since the last REPLICAOF; large when none was sent. */
  readonly sinceFollowMs: Milliseconds;
  /** Since this guard met the server's process. */
  readonly sinceMetMs: Milliseconds;
  /** Since this guard first saw the handover that the role object asks for; 0 where it asks for none. */
  readonly sinceHandoverMs: Milliseconds;
  /** The guard was told to stop: the pod is going. */
  readonly terminating: boolean;
}

/**
 * A copy counts as in sync only while heartbeats arrive: the server's own "link up" says nothing about a frozen
 * primary.
 */
export const FRESH_HEARTBEAT_MS = 5_000;

/** Rule 6: link up, no sync in progress, offset present, heartbeat fresh. */
export const isSynchronized = (server: AnsweringServer): boolean =>
  holdsWholeCopy(server) && server.heartbeatUnchangedMs <= FRESH_HEARTBEAT_MS;

/** Its source's data have arrived whole, and what it writes arrives; the source itself may be no primary. */
export const holdsWholeCopy = (server: AnsweringServer): boolean =>
  !server.loading &&
  server.role === "replica" &&
  server.linkUp &&
  !server.syncInProgress &&
  server.position !== null &&
  server.heartbeat != null;

export const runIdOf = (server: ServerView): string | null => (server.kind === "absent" ? null : server.runId);
