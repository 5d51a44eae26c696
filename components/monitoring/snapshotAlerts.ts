import type { Alert } from "./alert";

/** Twice the default period of `snapshots.cron` (6 hours), in seconds. */
const TWO_PERIODS = 43_200;
const TWO_WEEKS = 1_209_600;

/** Ages are of what can be restored, whatever the last job said. */
export const snapshotAlerts: readonly Alert[] = [
  {
    name: "DragonflySnapshotOld",
    severity: "warning",
    for: "15m",
    needs: "snapshots",
    expr:
      `min by (namespace) (dragonfly_dr_snapshot_age_seconds) > ${TWO_PERIODS} ` +
      "or (max by (namespace) (dragonfly_dr_server_up) > 0 " +
      "unless on (namespace) max by (namespace) (dragonfly_dr_snapshot_age_seconds))",
    summary: "The newest snapshot of {{ $labels.namespace }} is too old, or there is none",
    description: "`dragonfly-dr status` has one word and a reason for it: docs/runbook.md, the table of snapshots.",
  },
  {
    name: "DragonflySnapshotNeverProven",
    severity: "warning",
    for: "1h",
    needs: "snapshots",
    expr:
      `min by (namespace) (dragonfly_dr_snapshot_proven_age_seconds) > ${TWO_WEEKS} ` +
      "or (max by (namespace) (dragonfly_dr_snapshot_age_seconds) > 0 " +
      "unless on (namespace) max by (namespace) (dragonfly_dr_snapshot_proven_age_seconds))",
    summary: "No drill has proven a snapshot of {{ $labels.namespace }} for two weeks",
    description: "Run `dragonfly-dr drill`; its problems say what differs.",
  },
];
