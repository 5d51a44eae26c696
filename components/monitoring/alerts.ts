import type { Alert } from "./alert";
import { resolverAlerts } from "./resolverAlerts";
import { serverAlerts } from "./serverAlerts";
import { siteAlerts } from "./siteAlerts";
import { snapshotAlerts } from "./snapshotAlerts";

/** What a site has, so that no alert is deployed that could never be quiet, or never fire. */
export interface Watched {
  readonly peers: boolean;
  readonly snapshots: boolean;
  readonly resolver: boolean;
}

/** Alerts by group, as Prometheus evaluates them together. */
export const alertGroups: readonly { readonly name: string; readonly alerts: readonly Alert[] }[] = [
  { name: "dragonfly-site", alerts: siteAlerts },
  { name: "dragonfly-server", alerts: serverAlerts },
  { name: "dragonfly-snapshots", alerts: snapshotAlerts },
  { name: "resolver", alerts: resolverAlerts },
];

export const allAlerts: readonly Alert[] = alertGroups.flatMap(({ alerts }) => alerts);

/** Where a reader finds what to do: the runbook's section of the alert's name. */
const runbookUrl = (runbook: string, name: string): string => `${runbook}#${name.toLowerCase()}`;

/** One rule as Prometheus reads it. */
export interface PrometheusAlert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

/**
 * The groups of a PrometheusRule, or of a rule file.
 * @param runbook address of docs/runbook.md as readers reach it.
 */
export function ruleGroups(
  watched: Watched,
  runbook: string,
): readonly { readonly name: string; readonly rules: readonly PrometheusAlert[] }[] {
  return alertGroups
    .map(({ name, alerts }) => ({
      name,
      rules: alerts
        .filter(({ needs }) => needs === undefined || watched[needs])
        .map((alert) => ({
          alert: alert.name,
          expr: alert.expr,
          for: alert.for,
          labels: { severity: alert.severity },
          annotations: {
            summary: alert.summary,
            description: alert.description,
            runbook_url: runbookUrl(runbook, alert.name),
          },
        })),
    }))
    .filter(({ rules }) => rules.length > 0);
}
