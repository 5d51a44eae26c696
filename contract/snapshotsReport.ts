import type { Bytes, SiteName } from "../server/types";

/**
 * How snapshots stand, in one word. `waiting`: none was due yet; `skipped`: this copy is not in sync, which is no
 * trouble of its
 * own; the others are.
 */
export const STATES = [
  "waiting",
  "ok",
  "skipped",
  "unreachable",
  "slow",
  "denied",
  "no-bucket",
  "truncated",
  "disk-full",
  "failed",
] as const;
export type State = (typeof STATES)[number];

/** The newest snapshot that can be restored. */
export interface NewestSnapshot {
  readonly id: string;
  readonly site: SiteName;
  /** ISO 8601: what it holds is from then. */
  readonly time: string;
  readonly bytes: Bytes;
  /** How long it took. */
  readonly seconds: number;
}

/** What became of a request, by the name that the asker gave it. */
export interface RequestReport {
  readonly id: string;
  readonly state: "running" | "done" | "failed";
  /** The snapshot that was taken. */
  readonly snapshot: string | null;
  readonly reason: string;
}

export interface RestoreReport {
  /** The epoch that it was asked for; 0 for one that a site with an empty disk began by itself. */
  readonly epoch: number;
  readonly from: string;
  /** The snapshot's id, once it is found. */
  readonly id: string | null;
  /** `placed`: its files are where the server looks when it starts. */
  readonly state: "fetching" | "placed" | "failed" | "none";
  readonly reason: string;
  readonly bytes: number;
  readonly seconds: number;
}

/** The receipt of a drill, as it lies in the store. */
export interface DrillReport {
  readonly version: 1;
  readonly site: SiteName;
  readonly snapshot: string | null;
  /** ISO 8601, when it ended. */
  readonly time: string;
  readonly outcome: "proven" | "failed";
  readonly problems: readonly string[];
  readonly bytes: number;
  readonly keys: number;
  readonly sampled: number;
  readonly seconds: number;
}

/** What `/status` of the snapshots' process answers. */
export interface SnapshotsReport {
  readonly site: SiteName;
  readonly state: State;
  readonly reason: string;
  /** A snapshot is being taken. */
  readonly busy: boolean;
  readonly newest: NewestSnapshot | null;
  /** Good ones in the store; null while it was never read. */
  readonly count: number | null;
  /** ISO 8601; null where none is due. */
  readonly next: string | null;
  readonly request: RequestReport | null;
  readonly restore: RestoreReport | null;
  /** The last drill, and the last that proved a snapshot. */
  readonly drill: DrillReport | null;
  readonly proven: DrillReport | null;
}
