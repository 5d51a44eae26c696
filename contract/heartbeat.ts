import { RESERVED_PREFIX } from "../server/acl/user";
import type { SiteName } from "../server/types";
import type { DataVersion } from "./siteRole";

export const HEARTBEAT_KEY = `${RESERVED_PREFIX}heartbeat`;

/** What the guard writes into the data set several times a second while its site serves as primary. */
export interface Heartbeat extends DataVersion {
  readonly site: SiteName;
  /** The primary's wall clock in ms when it was written; only ever compared with the same clock. */
  readonly time: number;
  /** The server's total_commands_processed just before; with `runId` it bounds how many writes came after. */
  readonly commands: number;
  /** The server process that counted `commands`. */
  readonly runId: string;
}

/** @returns null when the key is absent or holds something else: data that no guard of a site has stamped. */
export function parseHeartbeat(text: unknown): Heartbeat | null {
  if (typeof text !== "string") return null;
  try {
    const beat = JSON.parse(text) as Partial<Heartbeat>;
    const whole =
      Number.isSafeInteger(beat.epoch) &&
      Number.isSafeInteger(beat.sequence) &&
      typeof beat.site === "string" &&
      typeof beat.time === "number";
    return whole ? { ...(beat as Heartbeat), commands: beat.commands ?? 0, runId: beat.runId ?? "" } : null;
  } catch {
    return null;
  }
}
