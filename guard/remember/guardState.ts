import type { Epoch, Role, SiteName } from "../../server/types";
import type { Claim } from "../../contract/epochs";
import type { DataState } from "../../contract/dataState";
import type { DataVersion, PromotionMode, ReplicationPosition, SiteRoleSpec } from "../../contract/siteRole";

/** Of the state file; a guard that meets a higher one holds. */
export const STATE_FORMAT = 1;

/**
 * Who may use the server: nobody; readers only (a replica); readers and a primary that takes this copy's data; replicas
 * only (a closed primary that hands over or stops); everybody (a primary). `unknown`: what an earlier guard left behind
 * cannot be relied on.
 */
export type ClientAccess = "closed" | "read-only" | "source" | "handover" | "open" | "unknown";

export interface Promotion {
  readonly epoch: Epoch;
  readonly mode: PromotionMode;
  /** The run of the server that was promoted; null where only the role object's status knew of it. */
  readonly runId: string | null;
  readonly dataVersion: DataVersion | null;
  readonly commandsSeen: number | null;
  /** The old primary's server process that counted `commandsSeen`. */
  readonly runIdSeen: string | null;
  readonly lagSeconds: number | null;
  readonly partial: boolean;
}

/** What a peer's guard last said, by its own word alone. */
export interface PeerMemory {
  /** What its server held; what it held before while it cannot say; null where it said that it holds nothing. */
  readonly data: DataState | null;
  /** The epoch that it has refused to act on; 0 where none. */
  readonly refusedEpoch: number;
}

export interface Divergence {
  readonly epoch: number;
  readonly writesUpperBound: number | null;
  /** null: there is none, as it failed or was given up. */
  readonly dump: string | null;
  /** What the dump is of. */
  readonly of: { readonly run: string; readonly epoch: number; readonly sequence: number } | null;
}

/** What survives a restart of the guard; a value, on the server's volume. */
export interface GuardState {
  readonly format: typeof STATE_FORMAT;
  /** The newest spec that the API server gave; one that is behind it is never kept. */
  readonly spec: SiteRoleSpec | null;
  /** Why the last word of the API server is no role to act on: hold, without it too. */
  readonly roleProblem: "missing" | "regressed" | "not understood" | null;
  /** The highest epoch of this site's own object. */
  readonly highestEpoch: number;
  /**
   * At this epoch, or before, the site has done things that it does not know any more: its state was lost. It holds
   * until each peer has been heard, or a later role is decided.
   */
  readonly lostAtEpoch: number | null;
  /** The highest (epoch, site) that a peer's object claimed. */
  readonly highestClaim: { readonly epoch: number; readonly site: SiteName; readonly role: Role } | null;
  readonly peers: Readonly<Record<string, PeerMemory>>;
  /** The access as it was last set, the server process that it belongs to, and the users that it was set for. */
  readonly access: { readonly runId: string; readonly state: ClientAccess; readonly usersHash: string } | null;
  /** The server process that last served as primary, and the epoch that it did so at. */
  readonly lastServed: { readonly runId: string; readonly epoch: Epoch } | null;
  /** The server process that has copied a source whole. */
  readonly copied: string | null;
  /** The server process whose full sync has begun to replace its data and has not ended. */
  readonly partial: string | null;
  /** The peers that were reached since the start of a server process. */
  readonly peersReached: { readonly runId: string; readonly sites: readonly SiteName[] } | null;
  readonly promotion: Promotion | null;
  readonly refusal: {
    readonly epoch: number;
    readonly reason: string;
    readonly outcome: "refused" | "unknown";
    /** Given before any peer was heard: void as soon as one is. */
    readonly unheard: boolean;
  } | null;
  /** A takeover that was begun on this server process; its outcome may be unknown after a restart of the guard. */
  readonly takeoverBegun: { readonly runId: string; readonly epoch: Epoch } | null;
  readonly handover: {
    readonly epoch: number;
    readonly runId: string;
    readonly position: ReplicationPosition | null;
  } | null;
  /** The epoch of a handover that nobody carried on: it is not prepared for again. */
  readonly handoverWithdrawn: number;
  /** The primary's server process that takes the data of `from`, at its epoch. */
  readonly recovery: { readonly runId: string; readonly epoch: Epoch; readonly from: SiteName } | null;
  readonly divergence: Divergence | null;
  /** The server process that was to be ended before this epoch is acted on. */
  readonly serverEnd: { readonly epoch: Epoch; readonly runId: string } | null;
  /**
   * The snapshot that was put in place, the epoch it was for (0: the site's own doing, as its server was empty), and
   * the server process that ran then: only the next one has loaded it.
   */
  readonly restored: { readonly epoch: number; readonly runId: string; readonly snapshot: string } | null;
  /** The request for a snapshot that was last handed on. */
  readonly snapshotRequested: string | null;
  /** What this site's server held when it was last asked. */
  readonly dataVersion: DataVersion | null;
}

export const INITIAL_STATE: GuardState = {
  format: STATE_FORMAT,
  spec: null,
  roleProblem: null,
  highestEpoch: 0,
  lostAtEpoch: null,
  highestClaim: null,
  peers: {},
  access: null,
  lastServed: null,
  copied: null,
  partial: null,
  peersReached: null,
  promotion: null,
  refusal: null,
  takeoverBegun: null,
  handover: null,
  handoverWithdrawn: 0,
  recovery: null,
  divergence: null,
  serverEnd: null,
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

/** What this site's role object says about who is primary; null while there is no role to act on. */
export const ownClaim = ({ spec, roleProblem }: GuardState): Claim | null =>
  spec === null || roleProblem !== null ? null : { epoch: spec.epoch, site: spec.site, role: spec.role };
