import type { SiteRoleObject } from "../../contract/siteRole";
import type { SiteName } from "../../server/types";
import type { Clock } from "../clock";
import type { Changes, Waited } from "./changes";
import type { SiteRoleWatch } from "./siteRoleWatch";
import type { Steps } from "../output/steps";

/** Whether the site's copy is whole and current, as a replica of `source` and at its object's epoch. */
export function followsInSync(object: SiteRoleObject | null, source: SiteName): boolean {
  if (object === null || object.spec.role !== "replica" || object.spec.source !== source) return false;
  const { status } = object;
  return (
    status !== undefined &&
    status.epoch >= object.spec.epoch &&
    status.replication?.inSync === true &&
    status.replication.source === source
  );
}

/**
 * Waits until all of `replicas` follow `source` in sync, until `deadline` (ms since 1970), telling how far they are.
 */
export async function awaitFollowing(
  replicas: readonly SiteRoleWatch[],
  source: SiteRoleWatch,
  deadline: number,
  parts: {
    readonly changes: Changes;
    readonly clock: Clock;
    readonly steps: Steps;
    readonly signal: AbortSignal;
    readonly onChange?: () => void;
  },
): Promise<Waited> {
  for (;;) {
    const revision = parts.changes.revision;
    parts.onChange?.();
    const waiting = replicas.filter((r) => !followsInSync(r.latest, source.site));
    if (waiting.length === 0) return "changed";
    parts.steps.begin(`wait for ${waiting.map((r) => r.site).join(", ")} to follow ${source.site} in sync`);
    parts.steps.tell(waiting.map((r) => progressOf(r.latest, source.latest)).join("; "));
    const waited = await parts.changes.since(revision, deadline, parts.signal);
    if (waited !== "changed") return waited;
  }
}

/** How far a copy is: lag once it follows, memory against the primary's while a full sync fills it. */
function progressOf(replica: SiteRoleObject | null, source: SiteRoleObject | null): string {
  const status = replica?.status;
  if (status === undefined) return "no status yet";
  const lag = status.replication?.lagSeconds ?? null;
  if (status.phase === "Following" && lag !== null) return `${lag.toFixed(1)} s behind`;
  const [has, of] = [status.server?.usedMemoryBytes ?? 0, source?.status?.server?.usedMemoryBytes ?? 0];
  const percent =
    of > 0 && status.replication?.syncInProgress === true
      ? `, about ${Math.min(100, Math.round((100 * has) / of))} % of the primary's memory`
      : "";
  return `${status.phase}: ${status.reason}${percent}`;
}
