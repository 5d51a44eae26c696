import { count, described, flag, good, list, nullable, object, openWord, optional, or, orNull } from "./describe";
import { report, text, withSchema, word, wordOr, type Description, type Value } from "./describe";
import { compareDataVersions } from "./epochs";
import { byteCount, dataVersion, duration, ENGINES, epoch, ROLES, siteName, time, type DataVersion } from "./fields";
import { parse } from "./parse";
import { snapshotsReport } from "./snapshotsReport";

export type { DataVersion } from "./fields";

/** The custom resource that holds one site's role and epoch: commands write the spec, the guard writes the status. */
export const SITE_ROLE = {
  group: "dragonfly-dr.io",
  version: "v1alpha1",
  kind: "SiteRole",
  plural: "siteroles",
  apiVersion: "dragonfly-dr.io/v1alpha1",
} as const;

export const PROMOTION_MODES = ["initial", "handover", "forced", "resume", "restored"] as const;
/**
 * How a primary comes to its role: `initial` (first ever), `handover` (from a living primary, with proof that nothing
 * is missing), `forced` (from whatever the replica holds), `resume` (goes on with its own data after a handover that
 * was given up), `restored` (from a snapshot, whatever its server held).
 */
export type PromotionMode = (typeof PROMOTION_MODES)[number];

/** Where a Redis primary's stream of writes ended when it closed: its replication id and offset in bytes. */
const position = object({ replicationId: text, offset: count });
export type ReplicationPosition = Value<typeof position>;

/** What the API server accepts is what this version writes; what is read may be newer. */
const enumerated = <D extends Description<unknown>>(words: readonly string[], inner: D): D =>
  withSchema(inner, { enum: [...words] });
const allowanceOfNow = object({
  runId: text,
  /** Null: the server held no data of the cache. */
  dataVersion: orNull(object({ epoch: count, sequence: count })),
});
/** An operator's word for one run of the server and for the data that it held then; void for any other. */
export type Allowance = Value<typeof allowanceOfNow>;
/** A command of the first version wrote true, for whatever came: that is void. */
const allowance: Description<Allowance | undefined> = {
  schema: allowanceOfNow.schema,
  read: (value, at) => (typeof value === "boolean" ? good(undefined) : allowanceOfNow.read(value, at)),
};

/** Whether `given` was given for this run of the server and this data. */
export const isAllowed = (given: Allowance | undefined, runId: string, held: DataVersion | null): boolean =>
  given !== undefined &&
  given.runId === runId &&
  (given.dataVersion === null || held === null
    ? given.dataVersion === held
    : compareDataVersions(given.dataVersion, held) === 0);

const discardedData = object({ site: siteName, epoch: count, sequence: count });
export type DiscardedData = Value<typeof discardedData>;

const id = withSchema(text, { maxLength: 64 });

/** The whole of what a command decides. A role or mode that is not known is refused by name: nobody guesses a role. */
export const siteRoleSpec = object({
  /** The site's name; never changes. */
  site: described(siteName, "The site's name; never changes."),
  role: described(word(ROLES), "What this site is to be."),
  /** Never falls; a change of role needs a higher one. The API server refuses anything else. */
  epoch: described(epoch, "Never falls; a change of role needs a higher one."),
  /** For a primary. */
  mode: optional(described(word(PROMOTION_MODES), "For a primary: how it comes to its role.")),
  /** For a replica: the site to follow. For a primary by handover: the site it takes over from. */
  source: optional(
    described(siteName, "For a replica: the site to follow. For a primary by handover: the site it takes over from."),
  ),
  /** On the primary, at its current epoch: be ready to be replaced by `to` at `epoch`. Removed to give it up. */
  handover: optional(described(object({ to: siteName, epoch }), "On the primary: be ready to be replaced.")),
  /** For a primary by handover on Redis: what the old primary's stream ended with. */
  proof: optional(described(position, "For a primary by handover on Redis: where the old primary's stream ended.")),
  /** For a forced primary: promote although a full sync had not finished. */
  acceptPartial: optional(described(flag, "Promote although a full sync had not finished.")),
  /** For a primary: serve although a peer's data is newer, or its own is empty. */
  acceptLoss: optional(
    described(
      allowance,
      "Serve although a peer's data is newer, or the own is empty; for one run of the server and the data it held.",
    ),
  ),
  /** For a primary: serve after a start of the server although no peer could be reached. */
  peerLost: optional(
    described(
      allowance,
      "Serve after a start although no peer could be reached; for one run of the server and the data it held.",
    ),
  ),
  /** For a forced primary: newer data at other sites that the operator gave up, by site and version. */
  discard: optional(
    described(list(discardedData), "For a forced primary: newer data at other sites that the operator gave up."),
  ),
  /** End the server's process once before acting on this epoch: a takeover's outcome was unknown. */
  endServer: optional(described(flag, "End the server's process once before acting on this epoch.")),
  /** For a restored primary: the snapshot's id, or `newest`. */
  restore: optional(described(object({ from: id }), "For a restored primary: a snapshot's id, or newest.")),
  /**
   * Take a snapshot now, or read the one named by `check` and compare it with its manifest; `id` is the asker's name for
   * this request, and each is carried out once.
   */
  snapshot: optional(
    described(
      object({ id, check: optional(id) }),
      "Take a snapshot now, or check the one named; id is the asker's name for this request.",
    ),
  ),
});
export type SiteRoleSpec = Value<typeof siteRoleSpec>;

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
  "Fenced",
] as const;
/** What the guard is doing, in one word; `reason` says why. */
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

/** A status that is not understood is no reason to leave a site's role alone: it counts as none. */
const understoodStatus: Description<SiteRoleStatus | undefined> = {
  schema: siteRoleStatus.schema,
  read(value) {
    const reading = siteRoleStatus.read(value, "status");
    return { ok: true, value: reading.ok ? reading.value : undefined };
  },
};

export const siteRoleObject = object({
  apiVersion: word([SITE_ROLE.apiVersion]),
  kind: word([SITE_ROLE.kind]),
  metadata: object({
    name: text,
    namespace: text,
    resourceVersion: optional(text),
    generation: optional(count),
    uid: optional(text),
  }),
  spec: siteRoleSpec,
  status: optional(understoodStatus),
});
export interface SiteRoleObject extends Omit<Value<typeof siteRoleObject>, "status"> {
  readonly status?: SiteRoleStatus;
}

/** @throws NotUnderstood for another version of the kind, an unknown role or mode, or no role object at all. */
export function parseSiteRole(value: unknown, what: string): SiteRoleObject {
  const { status, ...rest } = parse(siteRoleObject, value, what);
  return status === undefined ? rest : { ...rest, status };
}
