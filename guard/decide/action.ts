import type { Epoch, SiteName } from "../../server/types";
import type { Branch } from "../../contract/dataState";
import type { DataVersion, Phase, ReplicationPosition, SnapshotRequest } from "../../contract/siteRole";
import type { ClientAccess, Divergence, Promotion } from "../remember/guardState";

/**
 * What the guard does next. Each action has one effect on the outside, and at most two on the state: `beforeAction`,
 * written durably before the effect, and `afterAction`, written durably after it (guard/remember/actions.ts). An action
 * whose effect fails ends the cycle: nothing after it is done, its `afterAction` is not applied, and all is judged
 * anew. Where the state cannot be written, only `setAccess` "closed", `endServer` and what writes nothing takes effect.
 *
 * - `createRole`: creates this site's role object as the first primary; one that is there stays. State: nothing.
 * - `setAccess`: users and their sessions, in one step. Whoever loses a right has no session left when it has ended; a
 *   server with which that cannot be had is ended instead. State: before, unless "closed": access of this run is
 *   "unknown" (towards "open") or what it was; after: access of this run.
 * - `seal`: stamps a closed server with `version` as its last heartbeat, marked as sealed. State: nothing.
 * - `recordHandover`: reads where a Redis primary's stream ends. State: after: `handover` with that position.
 * - `withdrawHandover`: no effect outside. State: before: `handover` is null, `handoverWithdrawn` its epoch.
 * - `endServer`: ends this run's process; "terminate" lets it save its dump, "kill" does not. State: before, with an
 *   epoch: `serverEnd` with this run. (The rule is met when another run is there.)
 * - `takeOver`: begins to take over; its end is seen in `Observation.takeover`. State: before: `takeoverBegun`, which
 *   the peers see at once as `takingOver`.
 * - `promote`: REPLICAOF NO ONE. State: before: `promotion` of this run.
 * - `startServing`: writes the first heartbeat, `atLeast` with `history`, into a master. State: after: `promotion`,
 *   `lastServed`, `dataVersion`; `recovery` and `lostAtEpoch` are null.
 * - `refuse`: no effect outside. State: before: `refusal`.
 * - `saveDivergence`: begins a dump beside the usual one; its end is seen in `Observation.divergenceDump`.
 * - `giveUpDivergence`: no effect outside. State: before: `divergence` without a dump.
 * - `recover`: no effect outside. State: before: `recovery` of this run, which the peer sees as `recoveringFrom`.
 * - `restore`: asks the snapshots' process for a snapshot; how it goes is seen in `Observation.snapshots`.
 * - `recordRestored`: no effect outside. State: before: `restored`, and what was known of the data is forgotten.
 * - `detach`: REPLICAOF NO ONE without anybody being promoted. State: nothing.
 * - `setDumps`, `setCredentials`: the server's own dumps; whether a Redis replica can attach by itself. State: nothing.
 * - `follow`: REPLICAOF `source`. State: nothing.
 * - `requestSnapshot`: hands a request on; its end is seen in `Observation.snapshots`.
 *
 * The heartbeat is stopped before the first action of a decision with `heartbeat: false`: no stamp is on its way any
 * more when the first action begins. It is started after the last action of one with `heartbeat: true`.
 */
export type Action =
  | { readonly kind: "createRole" }
  | { readonly kind: "setAccess"; readonly access: Exclude<ClientAccess, "unknown"> }
  | { readonly kind: "seal"; readonly version: DataVersion }
  | { readonly kind: "recordHandover"; readonly epoch: Epoch }
  | { readonly kind: "withdrawHandover"; readonly epoch: Epoch }
  | { readonly kind: "endServer"; readonly how: "terminate" | "kill"; readonly forEpoch: Epoch | null }
  | {
      readonly kind: "takeOver";
      readonly epoch: Epoch;
      readonly from: SiteName;
      readonly proof: ReplicationPosition | null;
    }
  | { readonly kind: "promote"; readonly promotion: Promotion }
  | {
      readonly kind: "startServing";
      readonly promotion: Promotion;
      readonly atLeast: DataVersion;
      readonly history: readonly Branch[];
    }
  | {
      readonly kind: "refuse";
      readonly epoch: Epoch;
      readonly reason: string;
      readonly outcome: "refused" | "unknown";
      readonly unheard: boolean;
    }
  | {
      readonly kind: "saveDivergence";
      readonly epoch: Epoch;
      readonly writesUpperBound: number | null;
      readonly of: Divergence["of"];
    }
  | { readonly kind: "giveUpDivergence"; readonly divergence: Divergence }
  | { readonly kind: "recover"; readonly from: SiteName; readonly epoch: Epoch }
  | { readonly kind: "restore"; readonly from: string; readonly epoch: number }
  | { readonly kind: "recordRestored"; readonly snapshot: string; readonly epoch: number }
  | { readonly kind: "detach" }
  | { readonly kind: "setDumps"; readonly dumps: "on" | "off" }
  | { readonly kind: "setCredentials"; readonly credentials: "given" | "withheld" }
  | { readonly kind: "follow"; readonly source: SiteName }
  | { readonly kind: "requestSnapshot"; readonly request: SnapshotRequest };

export interface Decision {
  readonly phase: Phase;
  /** Why, and what to do where a person must act. For people: nothing is decided by it. */
  readonly reason: string;
  /** In order; each is done only if the one before it succeeded. */
  readonly actions: readonly Action[];
  /** Whether heartbeats go on. */
  readonly heartbeat: boolean;
  /** Whether clients may write here once the actions are done. */
  readonly serving: boolean;
  /** A replica that holds what its primary holds, by fresh heartbeats. */
  readonly inSync: boolean;
}
