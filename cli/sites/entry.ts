import { SITE_ENTRY_KEYS, siteEntry, type SiteEntry } from "../../contract/siteEntry";
import { recordOf } from "../../server/records";

export type { SiteEntry } from "../../contract/siteEntry";

export type Parsed<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value: null; readonly problems: readonly string[] };

/**
 * Reads one entry, all problems at once.
 * @param where - how messages call it, as `sites[1]`.
 */
export function parseEntry(value: unknown, where: string): Parsed<SiteEntry> {
  const reading = siteEntry.read(value, where);
  return reading.ok ? { value: reading.value, problems: [] } : { value: null, problems: reading.problems };
}

/**
 * As `parseEntry`, for a file that a person may have written: a key with a slip in its name would be passed over, and
 * the command would go to another cluster than was meant.
 */
export function parseWrittenEntry(value: unknown, where: string): Parsed<SiteEntry> {
  const unknown = Object.keys(recordOf(value))
    .filter((key) => !SITE_ENTRY_KEYS.includes(key))
    .map((key) => `${where}.${key}: unknown key; known are ${SITE_ENTRY_KEYS.join(", ")}`);
  const parsed = parseEntry(value, where);
  return unknown.length === 0 ? parsed : { value: null, problems: [...unknown, ...parsed.problems] };
}
