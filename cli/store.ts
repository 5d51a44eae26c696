import type { SiteRoleObject, SiteRoleSpec } from "../contract/siteRole";
import type { Milliseconds, SiteName } from "../server/types";

/**
 * What a read of one site's role object gave; `clock` is the time in ms that the site's API server said, so that the
 * operator's own clock does not matter.
 */
export type Reading =
  | { readonly kind: "present"; readonly object: SiteRoleObject; readonly clock: number }
  | { readonly kind: "absent"; readonly clock: number };

/** One site's role object, wherever it is kept. All methods reject with one of the errors below. */
export interface SiteStore {
  readonly site: SiteName;
  /** Where the site's API server is, for messages. */
  readonly address: string;
  /** Gets credentials (an exec plugin may take its time); reading does so too when it has not been done. */
  prepare(timeout: Milliseconds): Promise<void>;
  read(timeout: Milliseconds): Promise<Reading>;
  create(spec: SiteRoleSpec, timeout: Milliseconds): Promise<SiteRoleObject>;
  /**
   * Puts `spec` in the place of `expected.spec`, and only of that: a spec that anybody has changed since is left alone
   * (SpecChanged).
   */
  swap(expected: SiteRoleObject, spec: SiteRoleSpec, timeout: Milliseconds): Promise<SiteRoleObject>;
  /**
   * Reports the object now (null when there is none) and at each change, until `signal` aborts or the connection ends.
   * Resolves when it has ended; `onOpen` is called once changes can no longer be missed.
   */
  watch(onObject: (object: SiteRoleObject | null) => void, onOpen: () => void, signal: AbortSignal): Promise<void>;
  /**
   * What is missing in the cluster for a role object (custom resource definition, namespace); empty when nothing is.
   */
  missing(timeout: Milliseconds): Promise<string[]>;
  close(): void;
}

/** No answer. A write may have been carried out all the same: read again before judging. */
export class SiteUnreachable extends Error {
  override readonly name = "SiteUnreachable";
  constructor(
    readonly site: SiteName,
    readonly address: string,
    readonly problem: string,
  ) {
    super(`site ${site}: ${address} ${problem}`);
  }
}

/** An answer, and it is no: not allowed, not valid, not installed. Nothing was written. */
export class ApiRefusal extends Error {
  override readonly name = "ApiRefusal";
  constructor(
    readonly site: SiteName,
    readonly problem: string,
  ) {
    super(`site ${site}: ${problem}`);
  }
}

/** The object is not what the command has read any more. Nothing was written. */
export class SpecChanged extends Error {
  override readonly name = "SpecChanged";
  constructor(readonly site: SiteName) {
    super(`site ${site}: its object was changed by somebody else meanwhile`);
  }
}
