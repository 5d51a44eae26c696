import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeApi } from "../../../cli/kube/api";
import { KubeDrillStore } from "../../../cli/kube/drillStore";
import { ApiRefusal, SiteUnreachable } from "../../../cli/kube/stores";
import { siteName, type Milliseconds } from "../../../server/types";
import type { DrillReport } from "../../../contract/snapshotsReport";

const timeout = 15_000 as Milliseconds;
const site = siteName("west");
const BATCH = "/apis/batch/v1/namespaces/cache-drill";
const CORE = "/api/v1/namespaces/cache-drill";
const CRON_JOB = {
  metadata: { name: "dragonfly-drill", uid: "uid-1" },
  spec: {
    schedule: "0 3 * * 0",
    jobTemplate: {
      metadata: { labels: { "app.kubernetes.io/name": "dragonfly" } },
      spec: { backoffLimit: 0, template: { spec: { restartPolicy: "Never" } } },
    },
  },
};
const REPORT: DrillReport = {
  version: 1,
  site,
  snapshot: "s1",
  time: "2026-11-21T06:00:00Z",
  outcome: "proven",
  problems: [],
  bytes: 10,
  keys: 2,
  sampled: 1,
  seconds: 3,
};

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

describe("drills as Jobs, by the API server", () => {
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-"));
  let server: Server;
  let api: KubeApi;
  let drills: KubeDrillStore;
  /** By method and path; what is not there is not found. */
  let answers: Record<string, Answer>;
  let posted: unknown;

  beforeEach(async () => {
    [answers, posted] = [{}, null];
    server = createServer((request, response) => {
      let body = "";
      request
        .on("data", (chunk: Buffer) => (body += chunk.toString()))
        .on("end", () => {
          if (request.method === "POST") posted = JSON.parse(body);
          const { status, body: said } = answers[`${request.method ?? ""} ${request.url ?? ""}`] ?? {
            status: 404,
            body: { kind: "Status", message: `${request.url ?? ""} not found` },
          };
          response.writeHead(status).end(typeof said === "string" ? said : JSON.stringify(said));
        });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const kubeconfig = join(folder, "config");
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        "current-context": "here",
        contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
        clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}` } }],
        users: [{ name: "u", user: { token: "t" } }],
      }),
    );
    api = new KubeApi(site, { kubeconfig, context: null });
    drills = new KubeDrillStore(site, "cache", api);
  });
  afterEach(() => {
    api.close();
    server.closeAllConnections();
    server.close();
  });
  after(() => rmSync(folder, { recursive: true }));

  const job = (...conditions: readonly string[]): void => {
    answers[`GET ${BATCH}/jobs/d`] = {
      status: 200,
      body: { status: { conditions: conditions.map((type) => ({ type, status: "True" })) } },
    };
  };
  const pod = (status: object): void => {
    answers[`GET ${CORE}/pods?labelSelector=job-name%3Dd`] = {
      status: 200,
      body: { items: [{ metadata: { name: "p" }, status }] },
    };
  };
  const log = (container: string, text: string): void => {
    answers[`GET ${CORE}/pods/p/log?container=${container}&tailLines=5`] = { status: 200, body: text };
  };
  const refusal =
    (what: RegExp) =>
    (error: unknown): boolean =>
      error instanceof ApiRefusal && what.test(error.message);

  describe("one is started", () => {
    it("as the schedule would: from the CronJob's template, as the CronJob's own", async () => {
      answers[`GET ${BATCH}/cronjobs/dragonfly-drill`] = { status: 200, body: CRON_JOB };
      answers[`POST ${BATCH}/jobs`] = { status: 201, body: {} };
      assert.equal(await drills.start("42", timeout), "dragonfly-drill-42");
      assert.deepEqual(posted, {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: {
          name: "dragonfly-drill-42",
          namespace: "cache-drill",
          labels: { "app.kubernetes.io/name": "dragonfly" },
          annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
          ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name: "dragonfly-drill", uid: "uid-1" }],
        },
        spec: CRON_JOB.spec.jobTemplate.spec,
      });
    });
    it("not where snapshots are off: it says what to set", async () => {
      await assert.rejects(
        drills.start("42", timeout),
        refusal(/there is no CronJob cache-drill\/dragonfly-drill: snapshots are off; set snapshots\.s3/),
      );
      assert.equal(posted, null);
    });
    it("not without the right to: it gives the server's words", async () => {
      answers[`GET ${BATCH}/cronjobs/dragonfly-drill`] = {
        status: 403,
        body: { kind: "Status", message: "cronjobs is forbidden" },
      };
      await assert.rejects(drills.start("42", timeout), refusal(/403: cronjobs is forbidden/));
      answers[`GET ${BATCH}/cronjobs/dragonfly-drill`] = { status: 200, body: CRON_JOB };
      answers[`POST ${BATCH}/jobs`] = { status: 409, body: { kind: "Status", message: "already exists" } };
      await assert.rejects(drills.start("42", timeout), refusal(/409: already exists/));
    });
    it("not where the site is away", async () => {
      server.closeAllConnections();
      server.close();
      await assert.rejects(drills.start("42", timeout), (error: unknown) => error instanceof SiteUnreachable);
    });
  });

  describe("one is looked at", () => {
    it("that has just been made: nothing is known of it yet", async () => {
      job();
      assert.deepEqual(await drills.state("d", timeout), { kind: "running", detail: "" });
    });
    it("that runs: each of its containers by what it does", async () => {
      job("Suspended");
      pod({
        initContainerStatuses: [
          { name: "fetch", state: { terminated: { reason: "Completed" } } },
          { name: "server", state: { running: {} } },
        ],
        containerStatuses: [
          { name: "prove", state: { waiting: { reason: "ImagePullBackOff" } } },
          { name: "other", state: { waiting: { reason: "PodInitializing" } } },
        ],
      });
      assert.deepEqual(await drills.state("d", timeout), {
        kind: "running",
        detail: "fetch completed, server runs, prove waits (ImagePullBackOff)",
      });
    });
    it("whose end was taken back goes on", async () => {
      answers[`GET ${BATCH}/jobs/d`] = {
        status: 200,
        body: { status: { conditions: [{ type: "Failed", status: "False" }] } },
      };
      assert.equal((await drills.state("d", timeout)).kind, "running");
    });
    it("that is over: its report, found among what it said, on one line or on more", async () => {
      job("Complete");
      pod({});
      log("fetch", "2026 fetched s1\n");
      log("prove", `2026 loading\n${JSON.stringify(REPORT)}\n`);
      const ended = await drills.state("d", timeout);
      assert.deepEqual(ended.kind === "ended" && [ended.outcome, ended.report], ["succeeded", REPORT]);
      log("prove", JSON.stringify(REPORT));
      const single = await drills.state("d", timeout);
      assert.deepEqual(single.kind === "ended" && single.report, REPORT);
    });
    it("that failed before it had a report: what it said last", async () => {
      job("Failed");
      pod({});
      log("fetch", '"a string"\n{"outcome":"maybe"}\nnull\n2026 failed: there is no snapshot to prove\n');
      assert.deepEqual(await drills.state("d", timeout), {
        kind: "ended",
        outcome: "failed",
        report: null,
        detail: "null; 2026 failed: there is no snapshot to prove",
      });
    });
    it("whose pods are gone, or may not be seen: it has ended all the same", async () => {
      job("Failed");
      answers[`GET ${CORE}/pods?labelSelector=job-name%3Dd`] = { status: 403, body: { kind: "Status", message: "no" } };
      assert.deepEqual(await drills.state("d", timeout), {
        kind: "ended",
        outcome: "failed",
        report: null,
        detail: "",
      });
    });
    it("that somebody has removed: an error with the server's words", async () => {
      await assert.rejects(drills.state("d", timeout), refusal(/404: .*jobs\/d not found/));
    });
  });
});
