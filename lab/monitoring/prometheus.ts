import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { KubeApi } from "../cluster/kubeApi";
import type { SitePlan } from "../plan";
import { Service } from "../process/service";
import { waitFor } from "../process/waitFor";
import type { Debian } from "../toolchain/debian";
import {
  jobName,
  prometheusConfiguration,
  ruleFile,
  targetsOf,
  type DeployedPodMonitor,
  type DeployedRule,
  type RunningPod,
} from "./configuration";

const PORT = 9090;
const OBJECTS = "/apis/monitoring.coreos.com/v1";
/** Between two scrapes, and between two evaluations of the rules. */
const INTERVAL_SECONDS = 2;

export interface PrometheusOptions {
  readonly debian: Debian;
  readonly site: SitePlan;
  /** See `entryFile`. */
  readonly cgroupEntry: string;
  /** Every `for` and every range of the rules is divided by it. */
  readonly divisor: number;
}

/** A sample of an instant query. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * A region's own Prometheus (Debian's), beside the cluster and in its network. It does what the Prometheus Operator
 * would make it do: it reads PodMonitors and PrometheusRules of the cluster once, when it starts.
 */
export class Prometheus {
  readonly url: string;
  private constructor(
    private readonly site: SitePlan,
    private readonly directory: string,
    private readonly monitors: readonly DeployedPodMonitor[],
  ) {
    this.url = `http://${site.address}:${PORT}`;
  }

  static async start({ debian, site, cgroupEntry, divisor }: PrometheusOptions): Promise<Prometheus> {
    const directory = join(site.directory, "prometheus");
    mkdirSync(directory, { recursive: true });
    const [monitors, rules] = await reading(site, async (items) => [
      await items<DeployedPodMonitor>(`${OBJECTS}/podmonitors`),
      await items<DeployedRule>(`${OBJECTS}/prometheusrules`),
    ]);
    const ruleFileName = join(directory, "rules.yaml");
    writeFileSync(ruleFileName, stringify(ruleFile(rules, divisor)));
    const configuration = { folder: directory, rules: ruleFileName, seconds: INTERVAL_SECONDS };
    writeFileSync(join(directory, "prometheus.yaml"), stringify(prometheusConfiguration(monitors, configuration)));
    const prometheus = new Prometheus(site, directory, monitors);
    await prometheus.findPods();
    const service = Service.start({
      name: "prometheus",
      command: [
        "nsenter",
        `--net=/run/netns/${site.netns}`,
        debian.program("prometheus"),
        `--config.file=${join(directory, "prometheus.yaml")}`,
        `--storage.tsdb.path=${join(directory, "data")}`,
        `--web.listen-address=${site.address}:${PORT}`,
        "--log.level=warn",
      ],
      env: debian.environment,
      directory: site.directory,
      cgroupEntry,
    });
    await waitFor(() => prometheus.isReady(), {
      what: `${site.site}: Prometheus`,
      deadlineMs: 120_000,
      giveUp: service.mustBeAlive,
    });
    return prometheus;
  }

  /**
   * Tells it the pods of now: Debian's Prometheus is built without discovery in Kubernetes. Run again when pods change.
   */
  async findPods(): Promise<void> {
    const pods = await reading(this.site, (items) => items<RunningPod>("/api/v1/pods"));
    for (const monitor of this.monitors)
      monitor.spec.podMetricsEndpoints.forEach(({ port }, at) => {
        const file = join(this.directory, `${jobName(monitor, at)}.json`);
        writeFileSync(`${file}.new`, JSON.stringify(targetsOf(monitor, port, pods)));
        renameSync(`${file}.new`, file);
      });
  }

  private async isReady(): Promise<boolean> {
    return (await fetch(`${this.url}/-/ready`, { signal: AbortSignal.timeout(5_000) })).ok;
  }

  /** @throws Error when Prometheus refuses the query or does not answer. */
  async query(expr: string): Promise<readonly Sample[]> {
    const response = await fetch(`${this.url}/api/v1/query`, {
      method: "POST",
      body: new URLSearchParams({ query: expr }),
      signal: AbortSignal.timeout(30_000),
    });
    const body = (await response.json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data?: { readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] };
    };
    if (body.status !== "success") throw new Error(`${expr}: ${body.error ?? response.status}`);
    return (body.data?.result ?? []).map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** Names of the alerts that fire now, each once, sorted. */
  async firing(): Promise<readonly string[]> {
    const samples = await this.query('ALERTS{alertstate="firing"}');
    return [...new Set(samples.map(({ metric }) => metric["alertname"] ?? ""))].sort();
  }

  /** Names of all metrics that were scraped. */
  async metricNames(): Promise<ReadonlySet<string>> {
    const response = await fetch(`${this.url}/api/v1/label/__name__/values`, { signal: AbortSignal.timeout(30_000) });
    return new Set(((await response.json()) as { readonly data: readonly string[] }).data);
  }
}

/** @param work gets what lists the objects at a path of the API server. */
async function reading<T>(
  site: SitePlan,
  work: (items: <I>(path: string) => Promise<readonly I[]>) => Promise<T>,
): Promise<T> {
  const api = new KubeApi(site.kubeconfig);
  try {
    return await work(async <I>(path: string) => {
      const { status, body } = await api.request("GET", path);
      if (status !== 200) throw new Error(`${site.site}: GET ${path}: ${status}`);
      return (JSON.parse(body) as { readonly items: readonly I[] }).items;
    });
  } finally {
    api.close();
  }
}
