import { RESERVED_PREFIX } from "../server/acl/user";
import { branch } from "./dataState";
import { count, decimal, flag, list, object, or, text, type Value } from "./describe";
import { siteName } from "./fields";

export const HEARTBEAT_KEY = `${RESERVED_PREFIX}heartbeat`;

export const heartbeat = object({
  epoch: count,
  sequence: count,
  site: siteName,
  /** The primary's wall clock in ms when it was written; only ever compared with the same clock. */
  time: decimal,
  /** The server's total_commands_processed just before; with `runId` it bounds how many writes came after. */
  commands: or(count, 0),
  /** The server process that counted `commands`. */
  runId: or(text, ""),
  /** The branches that the data came by, oldest first. */
  history: or(list(branch), []),
  /** The last one before the server's end: written when nobody could write any more. */
  sealed: or(flag, false),
});
/** What the guard writes into the data set several times a second while its site serves as primary. */
export type Heartbeat = Value<typeof heartbeat>;

/** @returns null when the key is absent or holds something else: data that no guard of a site has stamped. */
export function parseHeartbeat(json: unknown): Heartbeat | null {
  if (typeof json !== "string") return null;
  try {
    const reading = heartbeat.read(JSON.parse(json), "");
    return reading.ok ? reading.value : null;
  } catch {
    return null;
  }
}
