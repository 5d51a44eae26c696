import { count, orNull, report, text, wordOr, type Value } from "./describe";
import { epoch, ROLES } from "./fields";
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
});
/** What `/status` answers: the object's status, and what only guards need of each other. */
export type GuardReport = Value<typeof guardReport>;
