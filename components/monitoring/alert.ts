/** How soon a person has to act: `critical` pages, `warning` is for working hours. */
export type Severity = "critical" | "warning";

/** An alert as this project means it; the PrometheusRule and the runbook's headings follow from it. */
export interface Alert {
  /** Also the heading of its section in docs/runbook.md. */
  readonly name: string;
  readonly severity: Severity;
  /** PromQL. It works in a Prometheus that knows one region only, and in one that knows all. */
  readonly expr: string;
  /** How long the expression has to hold, such as `30s`. */
  readonly for: string;
  /** One sentence; labels of the series by Prometheus' templates. */
  readonly summary: string;
  /** What to look at first. */
  readonly description: string;
  /** Where it applies: a site without snapshots has no alerts about them. */
  readonly needs?: "peers" | "snapshots" | "resolver";
}
