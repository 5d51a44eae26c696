import Redis from "ioredis";
import type { SiteRoleObject, SiteRoleStatus } from "../../../contract/siteRole";
import type { Engine } from "../../../server/types";
import { KubeApi } from "../../../lab/cluster/kubeApi";
import { Deployment } from "../../../lab/deployment/deployment";
import type { ShellResult } from "../../../lab/deployment/shell";
import { underLoad } from "../../../lab/deployment/underLoad";
import type { LossReport } from "../../../lab/load/checkLoad";
import { Lab } from "../../../lab/lab";
import { parseEndpoint } from "../../../lab/load/connection";
import { planLab, type LabSite } from "../../../lab/plan";
import { Progress } from "../../../lab/progress";
import { waitFor } from "../../../lab/process/waitFor";
import { CACHE_NAMESPACE } from "../../../lab/tls/linkTls";
import { Toolchain, toolchainKind } from "../../../lab/toolchain/toolchain";

export const ENGINE: Engine = process.env["DRAGONFLY_BINARY"] ? "dragonfly" : "redis";
const ROLES = `/apis/dragonfly-dr.io/v1alpha1/namespaces/${CACHE_NAMESPACE}/siteroles`;

/** As long as the gateways of a busy machine may take to notice that a server is back. */
const CONNECT_MS = 30_000;
/** Of waits that nothing but a broken site outlasts: a busy machine takes several times its usual seconds. */
const PATIENCE_MS = 180_000;
/** The commands' own waits: they allow for a machine that clients do not share with two clusters. */
const COMMANDS_PATIENCE = ["--timeout", "60s"];
const WITH_PATIENCE = ["init", "switchover", "failover", "failback", "restore", "snapshot"];

/** The lab of the end-to-end tests, and what they ask of it. One for all files, in the order of their names. */
export class World {
  private runs = 0;
  private marks = 0;
  private constructor(
    readonly lab: Lab,
    readonly deployment: Deployment,
  ) {}

  static async open(): Promise<World> {
    const tools = Toolchain.prepared();
    const lab = new Lab(planLab(process.env["LAB_NAME"] || "test"), tools);
    await lab.up(
      { link: { rttMs: 80, bandwidthKBps: null }, dragonfly: process.env["DRAGONFLY_BINARY"] || undefined },
      new Progress(),
    );
    return new World(
      lab,
      await Deployment.open(lab, tools, { engine: ENGINE, toolchain: toolchainKind(process.env["TOOLCHAIN"]) }),
    );
  }

  async role(site: LabSite): Promise<SiteRoleObject | undefined> {
    return (await this.get(site, `${ROLES}/${site}`)) as SiteRoleObject | undefined;
  }

  async get(site: LabSite, path: string): Promise<unknown> {
    return this.withApi(site, (api) => api.get(path));
  }

  async remove(site: LabSite, path: string): Promise<void> {
    await this.withApi(site, (api) => api.request("DELETE", path));
  }

  async apply(site: LabSite, path: string, object: Parameters<KubeApi["apply"]>[1]): Promise<void> {
    await this.withApi(site, (api) => api.apply(path, object));
  }

  async status(site: LabSite): Promise<SiteRoleStatus | undefined> {
    return (await this.role(site))?.status;
  }

  async statusWhere(
    site: LabSite,
    what: string,
    condition: (status: SiteRoleStatus) => boolean,
    ms = PATIENCE_MS,
  ): Promise<SiteRoleStatus> {
    let last: SiteRoleStatus | undefined;
    return waitFor(
      async () => {
        last = await this.status(site);
        if (last !== undefined && condition(last)) return last;
        throw new Error(`${last?.phase ?? "no status"}: ${last?.reason ?? ""}`);
      },
      { what: `${site}: ${what}`, deadlineMs: ms },
    );
  }

  serving(site: LabSite): Promise<SiteRoleStatus> {
    return this.statusWhere(site, "serves", (status) => status.serving);
  }

  inSync(site: LabSite): Promise<SiteRoleStatus> {
    return this.statusWhere(site, "in sync", (status) => status.replication?.inSync === true);
  }

  /**
   * Waits until all is as the commands want it: `primary` serves, what is written there now arrives at the other site,
   * and both
   * say so. What either said last may be of before, so the data itself is asked first.
   */
  async settled(primary: LabSite): Promise<void> {
    const replica: LabSite = primary === "primary" ? "dr" : "primary";
    const key = `cache:settled:${Date.now().toString(36)}-${++this.marks}`;
    await this.serving(primary);
    await this.firstWrite(primary, key);
    await this.arrives(replica, key);
    const linked = (status: SiteRoleStatus): boolean => status.peers.every((peer) => peer.reachable);
    await this.statusWhere(
      replica,
      "in sync, and not behind",
      (status) =>
        status.replication?.inSync === true && (status.replication.lagSeconds ?? Infinity) < 3 && linked(status),
    );
    await this.statusWhere(primary, "serves, and sees the other site", (status) => status.serving && linked(status));
  }

  /** Waits until a site's own copy has a key. */
  async arrives(site: LabSite, key: string): Promise<void> {
    await waitFor(() => this.reading(site, async (client) => (await client.exists(key)) === 1), {
      what: `${key} in ${site}`,
      deadlineMs: PATIENCE_MS,
    });
  }

  /** What `work` finds in a site's own copy. */
  async reading<T>(site: LabSite, work: (client: Redis) => Promise<T>): Promise<T> {
    const client = await this.client(site, "appcache", "read");
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  }

  /** Whether nobody is let in at all: not one connection is answered. */
  async isClosed(site: LabSite): Promise<boolean> {
    try {
      (await this.connect(site, "appcache", "write", undefined)).disconnect();
      return false;
    } catch {
      return true;
    }
  }

  /**
   * A client that does not connect again once it is in. Rejects when the user is refused, or nobody lets it in for a
   * while.
   */
  async client(
    site: LabSite,
    user: string | null = "appcache",
    access: "write" | "read" = "write",
    password?: string,
  ): Promise<Redis> {
    const until = performance.now() + CONNECT_MS;
    for (;;) {
      try {
        return await this.connect(site, user, access, password);
      } catch (error) {
        // Each gateway notices by itself that a server is back; the next one may know already.
        if (!/closed|ECONN|timed out/i.test((error as Error).message) || performance.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  private async connect(
    site: LabSite,
    user: string | null,
    access: "write" | "read",
    password: string | undefined,
  ): Promise<Redis> {
    const secret = password ?? (user === null ? "" : ((await this.deployment.passwords())[user] ?? ""));
    const redis = new Redis({
      ...parseEndpoint(this.deployment.url(site, access)),
      ...(user === null ? {} : { username: user, password: secret }),
      lazyConnect: true,
      retryStrategy: () => null,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      disableClientInfo: true,
      connectTimeout: 10_000,
      commandTimeout: 15_000,
    });
    let refusal: Error | null = null;
    redis.on("error", (error: Error) => (refusal ??= error));
    try {
      await redis.connect();
      return redis;
    } catch (error) {
      throw refusal ?? error;
    }
  }

  /** Milliseconds until a write at this site's Service was acknowledged. */
  async firstWrite(site: LabSite, key: string, ms = PATIENCE_MS): Promise<number> {
    const begun = performance.now();
    await waitFor(
      async () => {
        const redis = await this.client(site);
        try {
          return (await redis.set(key, "1")) === "OK";
        } finally {
          redis.disconnect();
        }
      },
      { what: `a write at ${site}`, deadlineMs: ms, everyMs: 20 },
    );
    return performance.now() - begun;
  }

  /**
   * Numbered writes at `site` while `during` runs; then every acknowledged one is looked for at `at`, by a process that
   * knows nothing else.
   */
  async lossDuring(site: LabSite, at: LabSite, seconds: number, during: () => Promise<void>): Promise<LossReport> {
    const writer = {
      beside: site,
      run: `e2e-${++this.runs}-${Date.now().toString(36)}`,
      writesASecond: 1_500,
      connections: 16,
      pipeline: 10,
    };
    return (await underLoad(this.deployment, { writers: [writer], seconds, readAt: at }, during)).report;
  }

  /** The operator's command, with patience where it has a say in that. */
  cli(...args: readonly string[]): Promise<ShellResult> {
    return this.deployment.cli(...args, ...(WITH_PATIENCE.includes(args[0] ?? "") ? COMMANDS_PATIENCE : []));
  }

  /**
   * A failover; then again, as its own word is, where the other site's API server did not answer within the second that
   * a
   * failover gives it: that site is closed by then, and does not follow yet.
   */
  async failover(to: LabSite, ...flags: readonly string[]): Promise<ShellResult> {
    const other: LabSite = to === "primary" ? "dr" : "primary";
    const first = await this.cli("failover", "--to", to, ...flags);
    if (first.code !== 0 || (await this.role(other))?.spec.role === "replica") return first;
    console.log(`      ${other} was not told within a second: ${first.stdout.trim()}`);
    return this.cli("failover", "--to", to, ...flags);
  }

  private async withApi<T>(site: LabSite, work: (api: KubeApi) => Promise<T>): Promise<T> {
    const api = new KubeApi(this.deployment.kubeconfig(site));
    try {
      return await work(api);
    } finally {
      api.close();
    }
  }
}

let opened: Promise<World> | null = null;
export const world = (): Promise<World> => (opened ??= World.open());
