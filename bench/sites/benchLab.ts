import Redis from "ioredis";
import type { SiteRoleStatus } from "../../contract/siteRole";
import { KubeApi } from "../../lab/cluster/kubeApi";
import { Deployment } from "../../lab/deployment/deployment";
import type { ShellResult } from "../../lab/deployment/shell";
import { Lab } from "../../lab/lab";
import { wanRttMs } from "../../lab/link/wanLink";
import { parseEndpoint } from "../../lab/load/connection";
import { planLab, SITES, siteOf, type LabSite } from "../../lab/plan";
import { podProcess, type PodProgram } from "../../lab/process/podProcesses";
import { waitFor } from "../../lab/process/waitFor";
import { Progress } from "../../lab/progress";
import { CACHE_NAMESPACE } from "../../lab/tls/linkTls";
import { Toolchain, toolchainKind } from "../../lab/toolchain/toolchain";
import type { Engine } from "../../server/types";

/** A lab of the benchmarks' own, beside a demo or a test that runs. */
const LAB = "bench";
/** Between two attempts at a first write: what is measured is no finer. */
export const ATTEMPT_EVERY_MS = 50;

export const other = (site: LabSite): LabSite => (site === "primary" ? "dr" : "primary");

/** Times of each benchmark of the sites: BENCH_RUNS, or `runs`. */
export const runsOf = (runs: number): number => Math.max(1, Number(process.env["BENCH_RUNS"] || runs));

/**
 * Both sites up and introduced; what the benchmarks of the sites share. Left running: `LAB_NAME=bench make down` ends
 * it.
 */
export class BenchLab {
  private constructor(
    readonly lab: Lab,
    readonly deployment: Deployment,
    readonly engine: Engine,
  ) {}

  static async open(): Promise<BenchLab> {
    const engine: Engine = process.env["DRAGONFLY_BINARY"] ? "dragonfly" : "redis";
    const tools = Toolchain.prepared();
    const lab = new Lab(planLab(LAB), tools);
    await lab.up(
      {
        link: { rttMs: wanRttMs(process.env["WAN_RTT_MS"]), bandwidthKBps: null },
        dragonfly: process.env["DRAGONFLY_BINARY"] || undefined,
      },
      new Progress(),
    );
    const bench = new BenchLab(
      lab,
      await Deployment.open(lab, tools, { engine, toolchain: toolchainKind(process.env["TOOLCHAIN"]) }),
      engine,
    );
    await lab.link.heal();
    for (const site of SITES) bench.expect(`pulumi up of ${site}`, await bench.deployment.up(site));
    if ((await bench.status("primary")) === undefined)
      bench.expect("init", await bench.deployment.cli("init", "--primary", "primary"));
    await bench.settled();
    return bench;
  }

  /** @throws Error with the end of what was said, where the exit code is not 0. */
  expect(what: string, result: ShellResult): ShellResult {
    if (result.code !== 0)
      throw new Error(
        `${what}: exit code ${result.code}: ${`${result.stdout}\n${result.stderr}`.trim().slice(-2_000)}`,
      );
    return result;
  }

  async status(site: LabSite): Promise<SiteRoleStatus | undefined> {
    const api = new KubeApi(this.deployment.kubeconfig(site));
    try {
      return (await api.get(`/apis/dragonfly-dr.io/v1alpha1/namespaces/${CACHE_NAMESPACE}/siteroles/${site}`))?.[
        "status"
      ] as SiteRoleStatus | undefined;
    } finally {
      api.close();
    }
  }

  async until(
    site: LabSite,
    what: string,
    condition: (status: SiteRoleStatus) => boolean,
    deadlineMs = 400_000,
  ): Promise<void> {
    await waitFor(
      async () => {
        const status = await this.status(site);
        if (status !== undefined && condition(status)) return true;
        throw new Error(`${status?.phase ?? "no status"}: ${status?.reason ?? ""}`);
      },
      { what: `${site}: ${what}`, deadlineMs },
    );
  }

  /** Waits until one site serves and the other is in sync. @returns the primary. */
  async settled(): Promise<LabSite> {
    const primary = await waitFor(
      async () => {
        for (const site of SITES) if ((await this.status(site))?.serving === true) return site;
        return undefined;
      },
      { what: "a site that serves", deadlineMs: 120_000 },
    );
    await this.until(other(primary), "in sync", (status) => status.replication?.inSync === true);
    return primary;
  }

  pid(site: LabSite, program: PodProgram): number {
    const pid = podProcess(siteOf(this.lab.plan, site), program);
    if (pid === undefined) throw new Error(`${site}: its ${program} does not run`);
    return pid;
  }

  /**
   * Until a write at the site's Service is acknowledged. Attempts begin one after the other without waiting for those
   * before: a
   * connection that was led to the lost region says nothing for as long as its client has patience.
   */
  async firstWrite(site: LabSite, password: string, deadlineMs = 30_000): Promise<void> {
    const attempts: Redis[] = [];
    let acknowledged = false;
    const attempt = async (): Promise<void> => {
      const redis = new Redis({
        ...parseEndpoint(this.deployment.url(site)),
        username: "appcache",
        password,
        lazyConnect: true,
        retryStrategy: () => null,
        enableReadyCheck: false,
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
        disableClientInfo: true,
        connectTimeout: 1_000,
        commandTimeout: 1_000,
      });
      redis.on("error", () => undefined);
      attempts.push(redis);
      try {
        await redis.connect();
        if ((await redis.set("cache:bench:first", "1")) === "OK") acknowledged = true;
      } catch {
        // Refused, closed or unanswered: not yet.
      } finally {
        redis.disconnect();
      }
    };
    let lastAt = -Infinity;
    try {
      await waitFor(
        () => {
          if (!acknowledged && performance.now() - lastAt >= ATTEMPT_EVERY_MS) {
            lastAt = performance.now();
            void attempt();
          }
          return acknowledged;
        },
        { what: `a write at ${site}`, deadlineMs, everyMs: 5 },
      );
    } finally {
      for (const redis of attempts) redis.disconnect();
    }
  }
}
