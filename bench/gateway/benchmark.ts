import { join } from "node:path";
import { KubeApi } from "../../lab/cluster/kubeApi";
import { shell } from "../../lab/deployment/shell";
import { siteOf } from "../../lab/plan";
import { CACHE_NAMESPACE } from "../../lab/tls/linkTls";
import type { Benchmark } from "../section";
import { median, table } from "../resolver/statistics";
import { BenchLab, runsOf } from "../sites/benchLab";

const RUNS = 5;
const SECONDS = 4;
const CONNECTIONS = [1, 16] as const;

interface Measured {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

/** The same writes to the server's pod and to a gateway's, from the pods' own network, in turns. */
export const gatewayBenchmark: Benchmark = {
  name: "gateway",
  onEngine: true,
  title: "The gateway's cost",
  async run() {
    const bench = await BenchLab.open();
    const site = siteOf(bench.lab.plan, await bench.settled());
    const api = new KubeApi(site.kubeconfig);
    const address = async (component: string): Promise<string> => {
      const pods = (await api.get(
        `/api/v1/namespaces/${CACHE_NAMESPACE}/pods?labelSelector=app.kubernetes.io/component%3D${component}`,
      )) as unknown as { items: { status: { podIP: string } }[] };
      return pods.items[0]?.status.podIP ?? "";
    };
    const ways = { direct: await address("server"), gateway: await address("gateway") };
    api.close();
    const password = await bench.deployment.passwordFile("appcache");
    const measure = async (host: string, connections: number): Promise<Measured> => {
      const command = [
        "--net=/run/netns/" + site.netns,
        process.execPath,
        "--import",
        "tsx",
        join(__dirname, "pinger.ts"),
        host,
        "6379",
        "appcache",
        password,
        String(connections),
        String(SECONDS),
      ];
      return JSON.parse(
        bench.expect("pinger", await shell("nsenter", command, { env: {}, logFile: bench.deployment.logFile })).stdout,
      ) as Measured;
    };
    const rows: string[][] = [];
    for (const connections of CONNECTIONS) {
      const seen: Record<keyof typeof ways, Measured[]> = { direct: [], gateway: [] };
      for (let run = 0; run < runsOf(RUNS); run++)
        for (const way of ["direct", "gateway"] as const) seen[way].push(await measure(ways[way], connections));
      const of = (way: keyof typeof ways, what: keyof Measured): number => median(seen[way].map((each) => each[what]));
      const ratio = of("gateway", "rate") / of("direct", "rate");
      rows.push([
        String(connections),
        `${Math.round(of("direct", "rate"))}/s`,
        `${Math.round(of("gateway", "rate"))}/s`,
        `${Math.round(100 * ratio)} %`,
        ...(["p50", "p99"] as const).map(
          (what) => `${of("direct", what).toFixed(2)} → ${of("gateway", what).toFixed(2)} ms`,
        ),
      ]);
      console.log(`  ${rows.at(-1)?.join(" | ")}`);
    }
    return [
      `${bench.engine}. One SET of 100 bytes at a time on each connection, without pipelining, ${SECONDS} s ` +
        "each, in turns; medians. Client, server and gateway share this machine's cores, so with every core busy " +
        "the gateway's own work takes from the server's and the client's.",
      table(["connections", "to the server", "through the gateway", "throughput", "p50", "p99"], rows),
    ].join("\n\n");
  },
};
