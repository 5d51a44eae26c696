import { guardReport, type GuardReport } from "../../contract/guardReport";
import { parse } from "../../contract/parse";
import type { DataVersion } from "../../contract/siteRole";
import { ports } from "../../server/ports";
import { SnapshotError } from "../snapshotError";

/** What a snapshot needs to know of this copy. */
export interface CopyView {
  /** Whether it may be used: an open primary, or a replica in sync. */
  readonly usable: boolean;
  readonly reason: string;
  readonly epoch: number;
  readonly dataVersion: DataVersion | null;
  readonly runId: string;
  readonly version: string;
}

/** A machine under load takes its time; nobody waits for this but the snapshot. */
const TIMEOUT_MS = 10_000;

/** @throws SnapshotError (`skipped`) when the guard does not answer: nobody says that this copy is whole. */
export async function askGuard(address = `http://127.0.0.1:${ports.guard}`): Promise<CopyView> {
  let report: GuardReport;
  try {
    const answer = await fetch(`${address}/status`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    report = parse(guardReport, await answer.json(), "the guard's /status");
  } catch (error) {
    throw new SnapshotError(
      "skipped",
      `the guard does not say whether this copy is in sync: ${(error as Error).message}`,
    );
  }
  return viewOf(report);
}

export function viewOf(report: GuardReport): CopyView {
  const { heartbeat, server } = report;
  const inSync = report.serving || report.replication?.inSync === true;
  return {
    usable: inSync && heartbeat !== null && server !== null,
    reason: inSync
      ? heartbeat === null
        ? "no heartbeat in the data set"
        : "in sync"
      : `not in sync (${report.phase}: ${report.reason})`,
    epoch: heartbeat?.epoch ?? report.epoch,
    dataVersion: heartbeat === null ? null : { epoch: heartbeat.epoch, sequence: heartbeat.sequence },
    runId: server?.runId ?? "",
    version: server?.version ?? "unknown",
  };
}

/** @throws SnapshotError (`skipped`) unless this copy may be used. */
export async function usableCopy(
  ask: () => Promise<CopyView>,
): Promise<CopyView & { readonly dataVersion: DataVersion }> {
  const view = await ask();
  if (!view.usable || view.dataVersion === null) throw new SnapshotError("skipped", view.reason);
  return { ...view, dataVersion: view.dataVersion };
}
