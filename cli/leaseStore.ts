import type { Milliseconds, SiteName } from "../server/types";
import type { LeaseRecord } from "./plan/lease";

export interface LeaseReading {
  /** Null: there is none yet. */
  readonly record: LeaseRecord | null;
  /** What a write must name, so that of two takers one loses; null when there is none yet. */
  readonly version: string | null;
  /** The API server's time in ms. */
  readonly clock: number;
}

/** The lease of one cluster. Methods reject with SiteUnreachable, ApiRefusal or (write) SpecChanged. */
export interface LeaseStore {
  readonly site: SiteName;
  read(timeout: Milliseconds): Promise<LeaseReading>;
  /** @returns the version to name in the next write. */
  write(record: LeaseRecord, version: string | null, timeout: Milliseconds): Promise<string>;
}
