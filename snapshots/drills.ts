import { drillFolder } from "./layout";
import type { DrillReport } from "../contract/snapshotsReport";
import type { ObjectStore } from "./store/objectStore";

/** Receipts that stay. */
const KEPT = 20;

export async function writeDrill(store: ObjectStore, prefix: string, report: DrillReport): Promise<void> {
  await store.writeText(
    `${drillFolder(prefix)}${report.time.replace(/[-:]/g, "").replace(/\.\d+/, "")}.json`,
    `${JSON.stringify(report)}\n`,
  );
}

/** The last drill and the last that succeeded; older receipts are removed. */
export async function readDrills(
  store: ObjectStore,
  prefix: string,
): Promise<{ readonly last: DrillReport | null; readonly proven: DrillReport | null }> {
  const keys = (await store.list(drillFolder(prefix)))
    .map(({ key }) => key)
    .filter((key) => key.endsWith(".json"))
    .sort()
    .reverse();
  let last: DrillReport | null = null;
  for (const [at, key] of keys.entries()) {
    const report = JSON.parse(await store.readText(key)) as DrillReport;
    last ??= report;
    if (report.outcome !== "proven") continue;
    for (const old of keys.slice(Math.max(KEPT, at + 1))) await store.remove(old);
    return { last, proven: report };
  }
  return { last, proven: null };
}
