import type { SiteRoleObject, SiteRoleSpec } from "../../contract/siteRole";
import type { DrillReport } from "../../contract/snapshotsReport";
import type { Milliseconds, SiteName } from "../../server/types";
import type { LeaseRecord } from "../plan/lease";

/** What commands ask of one site's cluster, and how that fails; tests put stores of their own in their place. */

/** A read of one site's role object; `clock` is the time in ms that the site's API server gave. */
export type Reading =
  | { readonly kind: "present"; readonly object: SiteRoleObject; readonly clock: number }
  | { readonly kind: "absent"; readonly clock: number };

/** One site's role object. All methods reject with one of the errors below. */
export interface SiteStore {
  readonly site: SiteName;
  /** Where the site's API server is, for messages. */
  readonly address: string;
  /** Gets credentials (an exec plugin may take its time); reading does so too when it has not been done. */
  prepare(timeout: Milliseconds): Promise<void>;
  read(timeout: Milliseconds): Promise<Reading>;
  create(spec: SiteRoleSpec, timeout: Milliseconds): Promise<SiteRoleObject>;
  /** Replaces exactly `expected.spec` by `spec`; SpecChanged where the object has another one by now. */
  swap(expected: SiteRoleObject, spec: SiteRoleSpec, timeout: Milliseconds): Promise<SiteRoleObject>;
  /**
   * Reports the object now (null when there is none) and at each change, until `signal` aborts or the connection ends.
   * Resolves when it has ended; `onOpen` is called once changes can no longer be missed.
   */
  watch(onObject: (object: SiteRoleObject | null) => void, onOpen: () => void, signal: AbortSignal): Promise<void>;
  /** What the cluster lacks for a role object (custom resource definition, namespace); empty when nothing is. */
  missing(timeout: Milliseconds): Promise<string[]>;
  close(): void;
}

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

/** A drill under way, as its Job shows it. */
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
  state(name: string, timeout: Milliseconds): Promise<DrillState>;
}

/** Of a write: whether it may have been carried out all the same. */
export type WriteOutcome = "not written" | "unknown";

/**
 * No answer, or one that says nothing about the request (429, 5xx: a busy or broken API server). Asking again may help.
 */
export class SiteUnreachable extends Error {
  override readonly name = "SiteUnreachable";
  constructor(
    readonly site: SiteName,
    readonly address: string,
    readonly problem: string,
    readonly outcome: WriteOutcome = "unknown",
    /** `busy`: it has answered, with 429 or 5xx. */
    readonly kind: "silent" | "busy" = "silent",
  ) {
    super(`site ${site}: ${address} ${problem}`);
  }
}

/** The API server refuses: not allowed, not valid, not installed. Nothing was written. */
export class ApiRefusal extends Error {
  override readonly name = "ApiRefusal";
  constructor(
    readonly site: SiteName,
    readonly problem: string,
  ) {
    super(`site ${site}: ${problem}`);
  }
}

/** The object is not the one that the command has read. Nothing was written. */
export class SpecChanged extends Error {
  override readonly name = "SpecChanged";
  constructor(readonly site: SiteName) {
    super(`site ${site}: its object was changed by somebody else meanwhile`);
  }
}
