import type { DrillReport } from "../contract/snapshotsReport";
import type { Milliseconds, SiteName } from "../server/types";

/** A drill under way, as its Job says. */
export type DrillState =
  | { readonly kind: "running"; readonly detail: string }
  /** `report`: what the drill wrote; null when it ended without one. */
  | {
      readonly kind: "ended";
      readonly outcome: "succeeded" | "failed";
      readonly report: DrillReport | null;
      readonly detail: string;
    };

/** The drills of one site. All methods reject with SiteUnreachable or ApiRefusal. */
export interface DrillStore {
  readonly site: SiteName;
  /** Starts one now, as the schedule would. @returns its name. */
  start(suffix: string, timeout: Milliseconds): Promise<string>;
  look(name: string, timeout: Milliseconds): Promise<DrillState>;
}
