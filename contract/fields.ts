import { isSiteName, type Bytes, type Epoch, type Seconds, type SiteName } from "../server/types";
import { count, decimal, leaf, report, text, type Description, type Value } from "./describe";

/** Values that more than one description has. */

/** Of a branded number or text: read like the plain one. */
const branded = <T>(plain: Description<unknown>): Description<T> => plain as Description<T>;

export const siteName: Description<SiteName> = leaf(
  { type: "string", maxLength: 32, pattern: "^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$" },
  "a site's name (a DNS label of at most 32 characters)",
  (v): v is SiteName => typeof v === "string" && isSiteName(v),
);
export const epoch: Description<Epoch> = leaf(
  { type: "integer", format: "int64", minimum: 1 },
  "a whole number of at least 1",
  (v): v is Epoch => Number.isSafeInteger(v) && Number(v) >= 1,
);
export const byteCount = branded<Bytes>(count);
export const duration = branded<Seconds>(decimal);

export const ROLES = ["primary", "replica"] as const;
export const ENGINES = ["dragonfly", "redis"] as const;

/** Which data set is newer: the heartbeat's epoch first, then its sequence. */
export const dataVersion = report({ epoch: count, sequence: count });
export type DataVersion = Value<typeof dataVersion>;

/** ISO 8601. */
export const time = text;
