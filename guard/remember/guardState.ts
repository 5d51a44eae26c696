import type { Epoch, Role, SiteName } from "../../server/types";
import type { DataVersion, PromotionMode, ReplicationPosition, SiteRoleSpec } from "../../contract/siteRole";

/** Of the state file; a guard that meets a higher one holds. */
export const STATE_FORMAT = 1;

/**
 * Who may use the server: nobody; readers only (a replica); replicas only (a closed primary that hands over); everybody
 * (a primary). `unknown`: what an earlier guard left behind cannot be relied on.
 */
export type ClientAccess = "closed" | "read-only" | "handover" | "open" | "unknown";

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

/** What survives a restart of the guard; a value, on the server's volume. */
export interface GuardState {
  readonly format: typeof STATE_FORMAT;
  /** The last spec that the API server gave. */
  readonly spec: SiteRoleSpec | null;
  /** The highest epoch of this site's own object. */
  readonly highestEpoch: number;
  /** The highest (epoch, site) that a peer's object claimed. */
  readonly highestClaim: { readonly epoch: number; readonly site: SiteName; readonly role: Role } | null;
  /** The access as it was last set, the server process that it belongs to, and the users that it was set for. */
  readonly access: { readonly runId: string; readonly state: ClientAccess; readonly usersHash: string } | null;
  /** The server process that last served as primary, and the epoch that it did so at. */
  readonly lastServed: { readonly runId: string; readonly epoch: Epoch } | null;
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
  readonly serverEndedAtEpoch: number;
  /**
   * The snapshot that was put in place, the epoch it was for (0: the site's own doing, as its server was empty), and
   * the server process that ran then: only the next one has loaded it.
   */
  readonly restored: { readonly epoch: number; readonly runId: string; readonly snapshot: string } | null;
  /** The request for a snapshot that was last handed on. */
  readonly snapshotRequested: string | null;
  /** The newest data version that was seen in this site's server. */
  readonly dataVersion: DataVersion | null;
}

export const INITIAL_STATE: GuardState = {
  format: STATE_FORMAT,
  spec: null,
  highestEpoch: 0,
  highestClaim: null,
  access: null,
  lastServed: null,
  peerReached: null,
  promotion: null,
  refusal: null,
  takeoverBegun: null,
  handover: null,
  divergence: null,
  serverEndedAtEpoch: 0,
  restored: null,
  snapshotRequested: null,
  dataVersion: null,
};

/**
 * What may be used of the server process `runId` by what is remembered. A process starts closed, its ACL file says so:
 * what was set on an earlier one says nothing of it.
 */
export function accessOf(state: GuardState, runId: string | null, usersHash: string): ClientAccess {
  const { access } = state;
  if (runId === null) return "closed";
  if (access === null) return "unknown";
  if (access.runId !== runId) return "closed";
  return access.usersHash === usersHash ? access.state : "unknown";
}
