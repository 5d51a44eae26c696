import { count, decimal, flag, list, openWord, or, orNull, report, text, wordOr, type Value } from "./describe";
import { byteCount, siteName, time } from "./fields";

/**
 * How snapshots stand, in one word. `waiting`: none was due yet; `skipped`: this copy is not in sync, which is no
 * trouble of its own; the others are.
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

const newestSnapshot = report({
  id: text,
  site: siteName,
  /** What it holds is from then; ISO 8601. */
  time,
  bytes: byteCount,
  /** How long it took. */
  seconds: decimal,
});
/** The newest snapshot that can be restored. */
export type NewestSnapshot = Value<typeof newestSnapshot>;

const requestReport = report({
  id: text,
  state: openWord(["running", "done", "failed"]),
  /** The snapshot that was taken. */
  snapshot: orNull(text),
  reason: or(text, ""),
});
/** What became of a request, by the name that the asker gave it. */
export type RequestReport = Value<typeof requestReport>;

const restoreReport = report({
  /** The epoch that it was asked for; 0 for one that a site with an empty disk began by itself. */
  epoch: count,
  from: text,
  /** The snapshot's id, once it is found. */
  id: orNull(text),
  /** `placed`: its files are where the server looks when it starts. */
  state: wordOr(["fetching", "placed", "failed", "none"], "fetching"),
  reason: or(text, ""),
  bytes: or(count, 0),
  seconds: or(decimal, 0),
});
export type RestoreReport = Value<typeof restoreReport>;

export const drillReport = report({
  version: count,
  site: siteName,
  snapshot: orNull(text),
  /** When it ended; ISO 8601. */
  time,
  outcome: openWord(["proven", "failed"]),
  problems: or(list(text), []),
  bytes: or(count, 0),
  keys: or(count, 0),
  sampled: or(count, 0),
  seconds: or(decimal, 0),
});
/** The receipt of a drill, as it lies in the store. */
export type DrillReport = Value<typeof drillReport>;

export const snapshotsReport = report({
  site: siteName,
  state: openWord(STATES),
  reason: or(text, ""),
  /** A snapshot is being taken. */
  busy: or(flag, false),
  newest: orNull(newestSnapshot),
  /** Good ones in the store; null while it was never read. */
  count: orNull(count),
  /** When the next one is due, ISO 8601; null where none is. */
  next: orNull(time),
  request: orNull(requestReport),
  restore: orNull(restoreReport),
  /** The last drill. */
  drill: orNull(drillReport),
  /** The last drill that proved a snapshot. */
  proven: orNull(drillReport),
});
/** What `/status` of the snapshots' process answers. */
export type SnapshotsReport = Value<typeof snapshotsReport>;
