import { spawn } from "node:child_process";
import { join } from "node:path";
import { defaultsOf } from "../../../components/catalogue/fields";
import { resolver } from "../../../components/settings/resolver";
import { siteOf, type LabSite } from "../../../lab/plan";
import { run } from "../../../lab/process/run";
import { waitFor } from "../../../lab/process/waitFor";
import { Toolchain } from "../../../lab/toolchain/toolchain";
import type { DnsLoadReport } from "./dnsLoad";
import { parseDig, type DigAnswer } from "./parseDig";
import type { World } from "./world";

export const RESOLVER_NAMESPACE = defaultsOf(resolver).namespace;
const DNS_TARGET = 1053;
const HTTP_PORT = 9153;

/** A program of its own, since only a process can be in the node's network. */
const FETCH = "fetch(process.argv[1]).then((reply) => reply.text()).then((text) => process.stdout.write(text))";

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
    readonly status: {
      readonly podIP?: string;
      readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    };
  }[];
}

/** One replica. */
export interface Replica {
  readonly name: string;
  readonly address: string;
}

/**
 * The resolvers of one site, asked from its node as its pods would: pods' and Services' addresses lead nowhere else.
 */
export class Resolvers {
  private readonly debian = Toolchain.prepared().debian;

  constructor(
    private readonly world: World,
    readonly site: LabSite,
  ) {}

  /** Waits until `count` of them are ready, and no other is there. */
  ready(count: number): Promise<readonly Replica[]> {
    return waitFor(
      async () => {
        const pods = (
          (await this.world.get(
            this.site,
            `/api/v1/namespaces/${RESOLVER_NAMESPACE}/pods?labelSelector=app.kubernetes.io/component=resolver`,
          )) as PodList
        ).items;
        const ready = pods.flatMap(({ metadata, status }) =>
          status.podIP !== undefined &&
          metadata.deletionTimestamp === undefined &&
          status.conditions?.some((each) => each.type === "Ready" && each.status === "True") === true
            ? [{ name: metadata.name, address: status.podIP }]
            : [],
        );
        if (ready.length !== count || pods.length !== count)
          throw new Error(`${ready.length} of ${pods.length} are ready`);
        return ready;
      },
      { what: `${this.site}: ${count} resolvers`, deadlineMs: 300_000 },
    );
  }

  /** The address that the site's pods ask. */
  async service(): Promise<string> {
    return (
      (await this.world.get(this.site, `/api/v1/namespaces/${RESOLVER_NAMESPACE}/services/resolver`)) as {
        spec: { clusterIP: string };
      }
    ).spec.clusterIP;
  }

  /** By the Service, with dig. */
  async dig(name: string, ...flags: readonly string[]): Promise<DigAnswer> {
    return this.digAt(await this.service(), 53, name, flags);
  }

  /** One replica, past the Service. */
  digReplica({ address }: Replica, name: string, ...flags: readonly string[]): Promise<DigAnswer> {
    return this.digAt(address, DNS_TARGET, name, flags);
  }

  /** Sum of a replica's metrics whose name and labels begin so; 0 when there are none yet. */
  async metric({ address }: Replica, start: string): Promise<number> {
    const text = await run(
      "nsenter",
      [this.netns, process.execPath, "-e", FETCH, `http://${address}:${HTTP_PORT}/metrics`],
      { timeoutMs: 60_000 },
    );
    return text
      .split("\n")
      .filter((line) => line.startsWith(start))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  }

  /** Queries at the Service from before `during` runs until after it, and until there were `least`. */
  async loadDuring(queriesASecond: number, during: () => Promise<void>, least = 0): Promise<DnsLoadReport> {
    const args = [
      await this.service(),
      "53",
      String(queriesASecond),
      `${this.site}-${Date.now().toString(36)}`,
      String(least),
    ];
    const child = spawn(
      "nsenter",
      [this.netns, process.execPath, "--import", "tsx", join(__dirname, "dnsLoad.ts"), ...args],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    let said = "";
    const begun = new Promise<void>((resolve) =>
      child.stdout.setEncoding("utf8").on("data", (text: string) => resolve(void (said += text))),
    );
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    try {
      await Promise.race([begun, ended]);
      await during();
    } finally {
      child.stdin.end();
    }
    const code = await ended;
    if (code !== 0) throw new Error(`queries at ${this.site}: exit code ${code}`);
    return JSON.parse(said) as DnsLoadReport;
  }

  private digAt(server: string, port: number, name: string, flags: readonly string[]): Promise<DigAnswer> {
    return this.inside(
      this.debian.program("dig"),
      `@${server}`,
      "-p",
      String(port),
      "+tries=3",
      "+time=10",
      "+noall",
      "+comments",
      "+answer",
      "+stats",
      ...flags,
      name,
    ).then(parseDig);
  }

  private inside(...command: readonly string[]): Promise<string> {
    return run("nsenter", [this.netns, ...command], { env: this.debian.environment, timeoutMs: 60_000 });
  }

  private get netns(): string {
    return `--net=/run/netns/${siteOf(this.world.lab.plan, this.site).netns}`;
  }
}
