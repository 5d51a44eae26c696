import { isAbove } from "../../contract/epochs";
import type { SiteRoleObject } from "../../contract/siteRole";
import type { Milliseconds, SiteName } from "../../server/types";
import type { Found } from "./changes";
import type { CommandRun } from "./commandRun";

/** Whether the site's copy is whole and current, as a replica of `source` and at its object's epoch. */
export function followsInSync(object: SiteRoleObject | null, source: SiteName): boolean {
  if (object === null || object.spec.role !== "replica" || object.spec.source !== source) return false;
  const { status } = object;
  return (
    status !== undefined &&
    !isAbove(object.spec.epoch, status.epoch) &&
    status.replication?.inSync === true &&
    status.replication.source === source
  );
}

/** Waits until all of `replicas` follow `source` in sync, and shows how far they are. */
export function awaitFollowing(
  replicas: readonly SiteName[],
  source: SiteName,
  within: Milliseconds,
  run: CommandRun,
  onChange: () => void = () => undefined,
): Promise<Found<true>> {
  const { clients, record } = run;
  return run.until(() => {
    onChange();
    const waiting = replicas.filter((site) => !followsInSync(clients.of(site).latest, source));
    if (waiting.length === 0) return true;
    record.steps.begin(`wait for ${waiting.join(", ")} to follow ${source} in sync`);
    const progress = waiting.map((site) => progressOf(clients.of(site).latest, clients.of(source).latest));
    record.steps.tell(progress.join("; "));
    return null;
  }, within);
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
