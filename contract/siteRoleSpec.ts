import { count, described, flag, good, list, object, optional, orNull, text, withSchema, word } from "./describe";
import type { Description, Value } from "./describe";
import { compareDataVersions } from "./epochs";
import { epoch, ROLES, siteName, type DataVersion } from "./fields";

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
   * Take a snapshot now, or read the one named by `check` and compare it with its manifest; `id` is the asker's name
   * for this request, and each is carried out once.
   */
  snapshot: optional(
    described(
      object({ id, check: optional(id) }),
      "Take a snapshot now, or check the one named; id is the asker's name for this request.",
    ),
  ),
});
export type SiteRoleSpec = Value<typeof siteRoleSpec>;

export type SnapshotRequest = NonNullable<SiteRoleSpec["snapshot"]>;
