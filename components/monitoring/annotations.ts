import { isWatched, type MonitoringSettings } from "../settings/monitoring";

/** What a Prometheus without the operator looks for at a pod; nothing where the operator, or nobody, watches. */
export const scrapeAnnotations = (
  monitoring: MonitoringSettings,
  port: number,
): { readonly annotations?: Readonly<Record<string, string>> } =>
  isWatched(monitoring) && monitoring.scrape === "annotations"
    ? {
        annotations: {
          "prometheus.io/scrape": "true",
          "prometheus.io/port": String(port),
          "prometheus.io/path": "/metrics",
        },
      }
    : {};
