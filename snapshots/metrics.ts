import type { SnapshotsReport } from "../contract/snapshotsReport";
import { STATES } from "../contract/snapshotsReport";

const PREFIX = "dragonfly_dr_snapshot";

/** In Prometheus' text format. Ages are of what can be restored, not of the last job: that is what an alert is for. */
export function metricsOf(report: SnapshotsReport, now: number): string {
  const lines: string[] = [];
  const gauge = (name: string, help: string, values: readonly (readonly [string, number])[]): void => {
    if (values.length === 0) return;
    lines.push(
      `# HELP ${PREFIX}${name} ${help}`,
      `# TYPE ${PREFIX}${name} gauge`,
      ...values.map(([labels, value]) => `${PREFIX}${name}{site="${report.site}"${labels}} ${value}`),
    );
  };
  const one = (value: number | null | undefined): [string, number][] => (value == null ? [] : [["", value]]);
  const age = (time: string | undefined): number | null =>
    time === undefined ? null : Math.max(0, (now - Date.parse(time)) / 1000);
  gauge("_age_seconds", "Age of the newest good snapshot", one(age(report.newest?.time)));
  gauge("_bytes", "Size of the newest good snapshot", one(report.newest?.bytes));
  gauge("_duration_seconds", "How long the newest good snapshot took", one(report.newest?.seconds));
  gauge("_count", "Good snapshots in the store", one(report.count));
  gauge("_proven_age_seconds", "Age of the last drill that proved a snapshot", one(age(report.proven?.time)));
  gauge(
    "_drill_ok",
    "1 when the last drill proved a snapshot",
    one(report.drill === null ? null : Number(report.drill.outcome === "proven")),
  );
  gauge(
    "_state",
    "1 for the state that snapshots are in",
    STATES.map((state) => [`,state="${state}"`, Number(report.state === state)] as const),
  );
  return `${lines.join("\n")}\n`;
}
