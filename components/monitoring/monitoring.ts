import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { objectLabels } from "../names";
import { ruleGroups, type Watched } from "./alerts";
import { dashboard } from "./dashboard";
import { podMonitors } from "./podMonitors";

const GROUP = "monitoring.coreos.com/v1";

export interface MonitoringArgs {
  readonly site: string;
  readonly namespace: string;
  readonly watched: Watched;
  /** Namespace of the resolver; null while it is off, or its implementation has no metrics. */
  readonly resolverNamespace: string | null;
  /** `operator`: PodMonitors for the Prometheus Operator. `annotations`: the pods carry them, nothing else is made. */
  readonly scrape: "operator" | "annotations";
  /** Labels by which the Prometheus Operator picks its objects, such as `release: kube-prometheus-stack`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Address of docs/runbook.md as the readers of an alert reach it. */
  readonly runbook: string;
  /** Label by which Grafana's sidecar finds dashboards; its value is "1". */
  readonly dashboardLabel: string;
}

/**
 * What watches a site: PodMonitors, a PrometheusRule with the alerts of docs/runbook.md, and a Grafana dashboard in a
 * ConfigMap. Nothing here touches a running cache. The kinds of the Prometheus Operator must be installed for
 * `scrape: operator`.
 */
export class Monitoring extends pulumi.ComponentResource {
  constructor(
    private readonly name: string,
    private readonly args: MonitoringArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dragonfly-dr:index:Monitoring", name, {}, opts);
    if (args.scrape === "operator") {
      this.podMonitors();
      this.rule();
    }
    this.dashboard();
    this.registerOutputs({});
  }

  private metadata(name: string, namespace: string, labels: Readonly<Record<string, string>>) {
    return { name, namespace, labels: { ...objectLabels(this.args.site), ...labels } };
  }

  private podMonitors(): void {
    const { namespace, watched, resolverNamespace, labels } = this.args;
    for (const monitor of podMonitors(namespace, { peers: watched.peers, resolverNamespace }))
      new k8s.apiextensions.CustomResource(
        `${this.name}-${monitor.name}`,
        {
          apiVersion: GROUP,
          kind: "PodMonitor",
          metadata: this.metadata(monitor.name, monitor.namespace, labels),
          spec: monitor.spec,
        },
        { parent: this },
      );
  }

  private rule(): void {
    const { namespace, watched, labels, runbook } = this.args;
    new k8s.apiextensions.CustomResource(
      `${this.name}-rule`,
      {
        apiVersion: GROUP,
        kind: "PrometheusRule",
        metadata: this.metadata("dragonfly", namespace, labels),
        spec: { groups: ruleGroups(watched, runbook) },
      },
      { parent: this },
    );
  }

  private dashboard(): void {
    const { namespace, watched, dashboardLabel } = this.args;
    new k8s.core.v1.ConfigMap(
      `${this.name}-dashboard`,
      {
        metadata: this.metadata("dragonfly-dashboard", namespace, { [dashboardLabel]: "1" }),
        data: { "dragonfly-dr.json": JSON.stringify(dashboard(watched, namespace), null, 1) },
      },
      { parent: this },
    );
  }
}
