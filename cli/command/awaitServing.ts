import type { Epoch, Milliseconds, SiteName } from "../../server/types";
import { servesAt } from "../plan/view";
import type { CommandRun } from "./commandRun";
import type { Fencing } from "./fencing";

interface Awaited {
  readonly to: SiteName;
  readonly epoch: Epoch;
  readonly within: Milliseconds;
}

/**
 * Waits for a promotion, and fences the others meanwhile. @returns why the target does not serve; null when it does.
 */
export async function awaitServing({ to, epoch, within }: Awaited, run: CommandRun, fencing: Fencing) {
  const target = run.clients.of(to);
  let phase = "";
  const found = await run.until((): { readonly problem: string | null } | null => {
    fencing.late();
    const status = target.latest?.status;
    if (servesAt(target.latest, epoch)) return { problem: null };
    if (status?.refusal?.epoch === epoch) return { problem: `site ${to} refused: ${status.refusal.reason}` };
    const outranked = fencing.outrankedBy();
    if (outranked !== null) return { problem: outranked };
    phase = status === undefined ? "its guard has never reported" : `${status.phase}: ${status.reason}`;
    run.record.steps.tell(phase);
    return null;
  }, within);
  if (found.kind === "found") return found.value.problem;
  return found.kind === "aborted"
    ? `interrupted before site ${to} served (${phase})`
    : `site ${to} does not serve within ${within / 1000} s (${phase})`;
}
