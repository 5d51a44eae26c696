import { group, withDefault } from "../catalogue/fields";
import type { SettingsOf } from "../catalogue/node";
import { boolean, oneOf, textMap } from "../catalogue/values";
import { labelKey, readerAddress } from "./kinds";

export const monitoring = group(
  "Monitoring",
  {
    doc:
      "What watches the site. Both switches have to be on: `enabled` says that the cluster has a Prometheus," +
      " `dragonfly` that it shall watch this cache.",
    effect: "nothing",
  },
  {
    enabled: withDefault(boolean, {
      default: false,
      doc: "The cluster has a Prometheus. With it the program makes PodMonitors, alerts and a dashboard.",
      example: true,
    }),
    dragonfly: withDefault(boolean, { default: true, doc: "It watches this cache." }),
    scrape: withDefault(oneOf("operator", "annotations"), {
      default: "operator",
      effect: "replace the pod",
      doc:
        "operator: the Prometheus Operator's kinds PodMonitor and PrometheusRule, which must be installed." +
        " annotations: the pods carry prometheus.io/scrape, port and path, and no rule is made; the link's" +
        " certificates, on a second path of the gateway, are then not read.",
      example: "annotations",
    }),
    labels: withDefault(textMap("labels"), {
      default: {},
      doc: "Labels by which the Prometheus Operator picks PodMonitors and rules.",
      example: { release: "kube-prometheus-stack" },
    }),
    dashboardLabel: withDefault(labelKey, {
      default: "grafana_dashboard",
      doc: 'Label, of value "1", by which Grafana\'s sidecar finds the dashboard.',
    }),
    runbook: withDefault(readerAddress, {
      default: "docs/runbook.md",
      example: "https://git.example.com/dragonfly-dr/docs/runbook.md",
      doc: "Address of docs/runbook.md as the readers of an alert reach it; each alert links to its section.",
    }),
  },
);

export type MonitoringSettings = SettingsOf<typeof monitoring>;

/** The derived switch. */
export const isWatched = ({ enabled, dragonfly }: MonitoringSettings): boolean => enabled && dragonfly;
