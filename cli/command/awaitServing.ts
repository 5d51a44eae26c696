import type { Epoch, Milliseconds, SiteName } from "../../server/types";
import { servesAt } from "../plan/view";
import { FAILOVER_REQUEST_MS, type SiteClients } from "./siteClients";
import type { Fencing } from "./fencing";
import type { CommandRecord } from "./record";
import type { CommandContext } from "./context";

interface Awaited {
  readonly to: SiteName;
  readonly epoch: Epoch;
  readonly within: Milliseconds;
}

/**
 * Waits for a promotion, and fences the others meanwhile. @returns why the target does not serve; null when it does.
 */
export async function awaitServing(
  { to, epoch, within }: Awaited,
  clients: SiteClients,
  record: CommandRecord,
  fencing: Fencing,
  { clock, signal }: CommandContext,
): Promise<string | null> {
  const target = clients.of(to);
  const deadline = clock.now() + within;
  for (;;) {
    const revision = clients.changes.revision;
    fencing.late(clock.now() + FAILOVER_REQUEST_MS);
    const status = target.latest?.status;
    if (servesAt(target.latest, epoch)) return null;
    if (status?.refusal?.epoch === epoch) return `site ${to} refused: ${status.refusal.reason}`;
    const phase = status === undefined ? "its guard has never reported" : `${status.phase}: ${status.reason}`;
    record.steps.tell(phase);
    const waited = await clients.changes.since(revision, deadline, signal);
    if (waited === "aborted") return `interrupted before site ${to} served (${phase})`;
    if (waited === "late") return `site ${to} does not serve within ${within / 1000} s (${phase})`;
  }
}
