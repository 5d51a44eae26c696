import { dataState } from "./dataState";
import { count, decimal, flag, nullable, optional, or, orNull, report, text, wordOr, type Value } from "./describe";
import { epoch, ROLES, siteName } from "./fields";
import { heartbeat } from "./heartbeat";
import { statusFields } from "./siteRoleStatus";

export const guardReport = report({
  ...statusFields,
  specEpoch: orNull(epoch),
  /** A role that is not known counts as replica: its epoch alone speaks. */
  specRole: orNull(wordOr(ROLES, "replica")),
  /** This site's wall clock in ms. */
  now: count,
  /** The heartbeat in this site's data set. */
  heartbeat: orNull(heartbeat),
  /** The process that counted `promotion.commandsSeen`. */
  promotionRunId: orNull(text),
  /**
   * What this site's server holds now: null while that is not known (it starts, loads or is silent), `empty` where it
   * holds no data of the cache.
   */
  data: optional(nullable(dataState)),
  empty: or(flag, false),
  /** The handover that this site has closed for is not taken back for so long yet, by this site's clock. */
  handoverRemainingMs: or(decimal, 0),
  /** The epoch at which this site has begun to take over, and has neither refused nor served since. */
  takingOver: orNull(count),
  /** The epoch that this site will never act on. */
  refusedEpoch: orNull(count),
  /** The site whose data this primary is about to take, at its epoch, as its own is older. */
  recoveringFrom: orNull(siteName),
  /** The site that may take this copy's data now. */
  givingTo: orNull(siteName),
});
/** What `/status` answers: the object's status, and what only guards need of each other. */
export type GuardReport = Value<typeof guardReport>;
