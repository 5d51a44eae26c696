import { parseJson } from "../../contract/parse";
import { drillReport, type DrillReport } from "../../contract/snapshotsReport";
import { recordOf, type JsonRecord } from "../../server/records";
import type { Milliseconds, SiteName } from "../../server/types";
import type { DrillState, DrillStore } from "./stores";
import { ApiRefusal } from "./stores";
import { isNotFound, failureOf } from "./answers";
import type { KubeApi } from "./api";

const NAME = "dragonfly-drill";

/** Drills as Jobs beside the CronJob `dragonfly-drill`, made from it. */
export class KubeDrillStore implements DrillStore {
  private readonly namespace: string;

  constructor(
    readonly site: SiteName,
    siteNamespace: string,
    private readonly api: KubeApi,
  ) {
    this.namespace = `${siteNamespace}-drill`;
  }

  async start(suffix: string, timeout: Milliseconds): Promise<string> {
    const cronJob = await this.api.request({ method: "GET", path: `${this.batch}/cronjobs/${NAME}`, timeout });
    if (isNotFound(cronJob))
      throw new ApiRefusal(
        this.site,
        `there is no CronJob ${this.namespace}/${NAME}: snapshots are off; set snapshots.s3 or snapshots.aws ` +
          "and run pulumi up",
      );
    if (cronJob.status !== 200) throw failureOf(this.site, this.api.address, cronJob);
    const { metadata, spec } = recordOf(cronJob.body);
    const template = recordOf(recordOf(spec)["jobTemplate"]);
    const name = `${NAME}-${suffix}`;
    const body = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name,
        namespace: this.namespace,
        labels: recordOf(template["metadata"])["labels"] ?? {},
        annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
        ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name: NAME, uid: recordOf(metadata)["uid"] }],
      },
      spec: template["spec"],
    };
    const made = await this.api.request({
      method: "POST",
      path: `${this.batch}/jobs`,
      body,
      contentType: "application/json",
      timeout,
    });
    if (made.status !== 201) throw failureOf(this.site, this.api.address, made);
    return name;
  }

  async state(name: string, timeout: Milliseconds): Promise<DrillState> {
    const answer = await this.api.request({ method: "GET", path: `${this.batch}/jobs/${name}`, timeout });
    if (answer.status !== 200) throw failureOf(this.site, this.api.address, answer);
    const conditions = list(recordOf(recordOf(answer.body)["status"])["conditions"]).filter(
      (each) => each["status"] === "True",
    );
    const ended = conditions.find((each) => each["type"] === "Complete" || each["type"] === "Failed");
    const pods = await this.api.request({
      method: "GET",
      path: `/api/v1/namespaces/${this.namespace}/pods?labelSelector=job-name%3D${name}`,
      timeout,
    });
    const items = pods.status === 200 ? list(recordOf(pods.body)["items"]) : [];
    if (ended === undefined)
      return {
        kind: "running",
        detail: items
          .flatMap(containers)
          .map(describe)
          .filter((text) => text !== "")
          .join(", "),
      };
    const lines = (await Promise.all(items.map((pod) => this.lastWords(pod, timeout)))).flat();
    const report = lines.map(reportIn).find((found) => found !== null) ?? null;
    return {
      kind: "ended",
      outcome: ended["type"] === "Complete" ? "succeeded" : "failed",
      report,
      detail: lines.slice(-2).join("; ").slice(0, 400),
    };
  }

  /** What the two steps of a drill said last: the report, or why there is none. */
  private async lastWords(pod: JsonRecord, timeout: Milliseconds): Promise<readonly string[]> {
    const name = String(recordOf(pod["metadata"])["name"]);
    const logs = await Promise.all(
      ["fetch", "prove"].map((container) =>
        this.api.request({
          method: "GET",
          path: `/api/v1/namespaces/${this.namespace}/pods/${name}/log?container=${container}&tailLines=5`,
          timeout,
        }),
      ),
    );
    // A single line of JSON comes parsed.
    return logs
      .filter(({ status }) => status === 200)
      .flatMap(({ body }) => (typeof body === "string" ? body.trim().split("\n") : [JSON.stringify(body)]));
  }

  private get batch(): string {
    return `/apis/batch/v1/namespaces/${encodeURIComponent(this.namespace)}`;
  }
}

interface ContainerState {
  readonly name: string;
  readonly running: boolean;
  readonly terminated: JsonRecord;
  readonly waiting: JsonRecord;
}

const list = (value: unknown): readonly JsonRecord[] => (Array.isArray(value) ? value.map(recordOf) : []);

function containers(pod: JsonRecord): readonly ContainerState[] {
  const status = recordOf(pod["status"]);
  return [...list(status["initContainerStatuses"]), ...list(status["containerStatuses"])].map((each) => {
    const state = recordOf(each["state"]);
    return {
      name: String(each["name"]),
      running: state["running"] !== undefined,
      terminated: recordOf(state["terminated"]),
      waiting: recordOf(state["waiting"]),
    };
  });
}

function describe({ name, running, terminated, waiting }: ContainerState): string {
  if (running) return `${name} runs`;
  if (terminated["reason"] !== undefined) return `${name} ${String(terminated["reason"]).toLowerCase()}`;
  return typeof waiting["reason"] === "string" && waiting["reason"] !== "PodInitializing"
    ? `${name} waits (${waiting["reason"]})`
    : "";
}

function reportIn(message: string): DrillReport | null {
  try {
    const report = parseJson(drillReport, message, "the drill's report");
    return report.outcome === "proven" || report.outcome === "failed" ? report : null;
  } catch {
    return null;
  }
}
