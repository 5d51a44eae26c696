import type { Epoch, SiteName } from "../../server/types";
import type { DataVersion, Phase, ReplicationPosition, SnapshotRequest } from "../../contract/siteRole";
import type { ClientAccess, Promotion } from "../remember/guardState";

/**
 * What the guard does next. Each action has one effect on the outside, and at most two on the state: `beforeAction`,
 * written durably before the effect, and `afterAction`, written durably after it (guard/remember/actions.ts). An action
 * whose effect fails ends the cycle: nothing after it is done, its `afterAction` is not applied, and all is judged anew.
 *
 * - `createRole`: creates this site's role object as the first primary; one that is there stays. State: nothing.
 * - `setAccess`: users and their sessions. Closing (any access but "open" closes writers) takes effect at once for every
 *   session: none is left when it has ended. State: before, unless "closed": access of this run is "unknown" (towards
 *   "open") or what it was; after: access of this run. A write of the state that fails does not stop "closed".
 * - `recordHandover`: reads where a Redis primary's stream ends. State: after: `handover` with that position.
 * - `endServer`: ends this run's process; "terminate" lets it save its dump, "kill" does not. State: before, with an
 *   epoch: `serverEndedAtEpoch`.
 * - `takeOver`: begins to take over; its end is seen in `Observation.takeover`. State: before: `takeoverBegun`.
 * - `promote`: REPLICAOF NO ONE. State: after: `promotion`.
 * - `startServing`: writes the first heartbeat, `atLeast`, into a master. State: after: `promotion`, `lastServed`,
 *   `dataVersion`.
 * - `refuse`: no effect outside. State: after: `refusal`.
 * - `saveDivergence`: begins a dump beside the usual one; its end is seen in `Observation.divergenceDump`.
 * - `restore`: asks the snapshots' process for a snapshot; how it goes is seen in `Observation.snapshots`.
 * - `recordRestored`: no effect outside. State: after: `restored`, and what was known of the data is forgotten.
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
  | { readonly kind: "recordHandover"; readonly epoch: Epoch }
  | { readonly kind: "endServer"; readonly how: "terminate" | "kill"; readonly forEpoch: Epoch | null }
  | {
      readonly kind: "takeOver";
      readonly epoch: Epoch;
      readonly from: SiteName;
      readonly proof: ReplicationPosition | null;
    }
  | { readonly kind: "promote"; readonly promotion: Promotion }
  | { readonly kind: "startServing"; readonly promotion: Promotion; readonly atLeast: DataVersion }
  | { readonly kind: "refuse"; readonly epoch: Epoch; readonly reason: string; readonly outcome: "refused" | "unknown" }
  | { readonly kind: "saveDivergence"; readonly epoch: Epoch; readonly writesUpperBound: number | null }
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
