/** Of a PodMonitor, as much as the program deploys. */
export interface DeployedPodMonitor {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly podMetricsEndpoints: readonly { readonly port: string; readonly path: string }[];
  };
}

/** Of a PrometheusRule. */
export interface DeployedRule {
  readonly spec: {
    readonly groups: readonly {
      readonly name: string;
      readonly rules: readonly { readonly alert: string; readonly for: string }[];
    }[];
  };
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** `for`, divided: an end-to-end test does not wait for five minutes. At least a second, unless it was nothing. */
export function shortened(duration: string, divisor: number): string {
  const [, number = "0", unit = "s"] = /^(\d+)([smh])$/.exec(duration) ?? [];
  const total = Number(number) * (SECONDS[unit] ?? 1);
  return total === 0 ? "0s" : `${Math.max(1, Math.round(total / divisor))}s`;
}

/** The rule file: what was deployed, with every `for` divided. */
export const ruleFile = (rules: readonly DeployedRule[], divisor: number) => ({
  groups: rules.flatMap(({ spec }) =>
    spec.groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({ ...rule, for: shortened(rule.for, divisor) })),
    })),
  ),
});

const label = (name: string): string => `__meta_kubernetes_pod_label_${name.replace(/[^a-zA-Z0-9_]/g, "_")}`;

/** What the Prometheus Operator makes of PodMonitors, with its labels `job`, `namespace`, `pod` and `container`. */
export const prometheusConfiguration = (
  monitors: readonly DeployedPodMonitor[],
  { kubeconfig, rules, seconds }: { readonly kubeconfig: string; readonly rules: string; readonly seconds: number },
) => ({
  global: {
    scrape_interval: `${seconds}s`,
    evaluation_interval: `${seconds}s`,
    scrape_timeout: `${Math.max(1, seconds - 1)}s`,
  },
  rule_files: [rules],
  scrape_configs: monitors.flatMap(({ metadata: { name, namespace }, spec }) =>
    spec.podMetricsEndpoints.map((endpoint, at) => ({
      job_name: `podMonitor/${namespace}/${name}/${at}`,
      metrics_path: endpoint.path,
      kubernetes_sd_configs: [{ role: "pod", kubeconfig_file: kubeconfig, namespaces: { names: [namespace] } }],
      relabel_configs: [
        ...Object.entries(spec.selector.matchLabels).map(([key, value]) => ({
          source_labels: [label(key)],
          regex: value,
          action: "keep",
        })),
        { source_labels: ["__meta_kubernetes_pod_container_port_name"], regex: endpoint.port, action: "keep" },
        { source_labels: ["__meta_kubernetes_pod_phase"], regex: "(Failed|Succeeded)", action: "drop" },
        { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
        { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
        { source_labels: ["__meta_kubernetes_pod_container_name"], target_label: "container" },
        { target_label: "job", replacement: `${namespace}/${name}` },
      ],
    })),
  ),
});
