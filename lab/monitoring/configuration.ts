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
      readonly rules: readonly { readonly alert: string; readonly expr: string; readonly for: string }[];
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

const shortenedRanges = (expr: string, divisor: number): string =>
  expr.replace(/\[(\d+[smh])\]/g, (_, range: string) => `[${shortened(range, divisor)}]`);

/** The rule file: what was deployed, with every `for` and every range divided. */
export const ruleFile = (rules: readonly DeployedRule[], divisor: number) => ({
  groups: rules.flatMap(({ spec }) =>
    spec.groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({
        ...rule,
        expr: shortenedRanges(rule.expr, divisor),
        for: shortened(rule.for, divisor),
      })),
    })),
  ),
});

/** Of a pod, as much as finding its metrics takes. */
export interface RunningPod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly containers: readonly {
      readonly name: string;
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
  };
  readonly status?: { readonly podIP?: string; readonly phase?: string };
}

/** Targets of one scrape job, as Prometheus reads them from a file. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export const jobName = ({ metadata }: DeployedPodMonitor, endpoint: number): string =>
  `podMonitor-${metadata.namespace}-${metadata.name}-${endpoint}`;

/** Which pods an endpoint of a PodMonitor means, with the labels that the Prometheus Operator gives their series. */
export const targetsOf = (
  { metadata: { name, namespace }, spec }: DeployedPodMonitor,
  port: string,
  pods: readonly RunningPod[],
): readonly TargetGroup[] =>
  pods
    .filter(
      ({ metadata, status }) =>
        metadata.namespace === namespace &&
        status?.podIP !== undefined &&
        status.phase !== "Failed" &&
        status.phase !== "Succeeded" &&
        Object.entries(spec.selector.matchLabels).every(([key, value]) => metadata.labels?.[key] === value),
    )
    .flatMap(({ metadata, spec: { containers }, status }) =>
      containers.flatMap((container) =>
        (container.ports ?? [])
          .filter((each) => each.name === port)
          .map(({ containerPort }) => ({
            targets: [`${status?.podIP ?? ""}:${containerPort}`],
            labels: { job: `${namespace}/${name}`, namespace, pod: metadata.name, container: container.name },
          })),
      ),
    );

/** @param folder where the files with the targets of each job are, named `<job>.json`. */
export const prometheusConfiguration = (
  monitors: readonly DeployedPodMonitor[],
  { folder, rules, seconds }: { readonly folder: string; readonly rules: string; readonly seconds: number },
) => ({
  global: {
    scrape_interval: `${seconds}s`,
    evaluation_interval: `${seconds}s`,
    scrape_timeout: `${Math.max(1, seconds - 1)}s`,
  },
  rule_files: [rules],
  scrape_configs: monitors.flatMap((monitor) =>
    monitor.spec.podMetricsEndpoints.map((endpoint, at) => ({
      job_name: jobName(monitor, at),
      metrics_path: endpoint.path,
      file_sd_configs: [{ files: [`${folder}/${jobName(monitor, at)}.json`], refresh_interval: "2s" }],
    })),
  ),
});
