import { count, flag, list, nullable, openWord, optional, or, orNull, report, text, withSchema } from "./describe";
import { wordOr, type Description, type Value } from "./describe";
import { byteCount, dataVersion, duration, ENGINES, epoch, ROLES, siteName, time } from "./fields";
import { PROMOTION_MODES } from "./siteRoleSpec";
import { snapshotsReport } from "./snapshotsReport";

/** What the API server accepts is what this version writes; what is read may be newer. */
const enumerated = <D extends Description<unknown>>(words: readonly string[], inner: D): D =>
  withSchema(inner, { enum: [...words] });
export const PHASES = [
  "Starting",
  "Holding",
  "Serving",
  "Preparing",
  "Prepared",
  "Promoting",
  "Refused",
  "Syncing",
  "Following",
  "Demoting",
  "Recovering",
  "Stopping",
  "Fenced",
] as const;
/**
 * What the guard is doing, in one word; `reason` says why. `Fenced`: a primary that has learned of a higher claim.
 * `Demoting`: a former primary on its way to be a replica. `Stopping`: the pod is going. `Recovering`: a primary that
 * came back with older data takes it from a copy.
 */
export type Phase = (typeof PHASES)[number];

const reportedPosition = report({ replicationId: text, offset: count });

const serverStatus = report({
  engine: openWord(ENGINES),
  version: text,
  /** New with each start of the server's process. */
  runId: text,
  threads: or(count, 0),
  usedMemoryBytes: or(byteCount, 0 as Value<typeof byteCount>),
  /** 0 where the server sets no limit. */
  maxMemoryBytes: or(byteCount, 0 as Value<typeof byteCount>),
});
export type ServerStatus = Value<typeof serverStatus>;

const replicationStatus = report({
  source: withSchemaOf(nullable(text), orNull(siteName)),
  linkUp: or(flag, false),
  syncInProgress: or(flag, false),
  /** Role slave, link up, no sync in progress, offset present, heartbeat fresh. */
  inSync: or(flag, false),
  /** Age of the newest heartbeat that this copy holds; measured by the primary's clock while it can be reached. */
  lagSeconds: orNull(duration),
  position: orNull(reportedPosition),
});
export type ReplicationStatus = Value<typeof replicationStatus>;

const peerStatus = report({
  site: siteName,
  reachable: or(flag, false),
  lastContactSeconds: orNull(duration),
  role: orNull(openWord(ROLES)),
  epoch: withSchemaOf(nullable(count), orNull(epoch)),
  serving: or(flag, false),
  dataVersion: orNull(dataVersion),
  /** Seen from a primary: how far the peer's copy is behind. */
  lagSeconds: orNull(duration),
});
export type PeerStatus = Value<typeof peerStatus>;

/** The fields of what a guard reports, in the object's status and to its peers. */
export const statusFields = {
  site: siteName,
  observedGeneration: or(count, 0),
  phase: enumerated(PHASES, openWord(PHASES)),
  reason: or(text, ""),
  /** The role that the server has, whatever the spec says; null while it cannot be asked. */
  role: orNull(openWord(ROLES)),
  /** The highest epoch that this site has acted on. */
  epoch: or(count, 0),
  /** True while clients may write here. */
  serving: flag,
  dataVersion: orNull(dataVersion),
  server: orNull(serverStatus),
  replication: orNull(replicationStatus),
  peers: or(list(peerStatus), []),
  /**
   * After closing for a handover (Redis): the proof that the next primary needs. Dragonfly: position is null, the
   * takeover proves itself.
   */
  handover: optional(report({ epoch: count, position: orNull(reportedPosition) })),
  /** The guard will not act on this epoch any more; `unknown`: a takeover timed out and may yet happen. */
  refusal: optional(
    report({
      epoch: count,
      reason: text,
      outcome: enumerated(["refused", "unknown"], wordOr(["refused", "unknown"], "unknown")),
    }),
  ),
  /** How this site last became primary, and the newest heartbeat that it had then. */
  promotion: optional(
    report({
      epoch: count,
      /** One that is not known counts as forced: the copies may have parted. */
      mode: enumerated(PROMOTION_MODES, wordOr(PROMOTION_MODES, "forced")),
      dataVersion: orNull(dataVersion),
      /** The old primary's command counter in that heartbeat; what it counted beyond is an upper bound of the loss. */
      commandsSeen: orNull(count),
      lagSeconds: orNull(duration),
      partial: or(flag, false),
    }),
  ),
  /**
   * After this site was fenced as a former primary: at most so many writes never reached the new one; they are kept in
   * `dump`.
   */
  divergence: optional(report({ epoch: count, writesUpperBound: orNull(count), dump: orNull(text) })),
  /** The highest claim that this site remembers of any site, its own included; no lower epoch may be used again. */
  highestClaim: optional(
    nullable(report({ epoch: count, site: withSchemaOf(text, siteName), role: wordOr(ROLES, "replica") })),
  ),
  /** ISO 8601, by this site's clock: when clients could last write here; absent while they can, or never could. */
  stoppedServingAt: optional(nullable(time)),
  /** As the process beside the guard last said; absent while snapshots are off or it does not answer. */
  snapshots: optional(snapshotsReport),
  /** ISO 8601; written at each change and every few seconds besides. */
  updatedAt: or(withSchema(time, { format: "date-time" }), ""),
};
export const siteRoleStatus = report(statusFields);
export type SiteRoleStatus = Value<typeof siteRoleStatus>;

/** Read as `as` says, with the looser schema of `schema`: what older guards were allowed to write stays allowed. */
function withSchemaOf<T>(schema: Description<unknown>, as: Description<T>): Description<T> {
  return { ...as, schema: schema.schema };
}
