import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseEndpoint } from "../../lab/load/connection";
import { SITES, type LabSite } from "../../lab/plan";
import type { Benchmark } from "../section";
import { BenchLab, other, runsOf } from "../sites/benchLab";
import { spread, SPREAD_HEAD } from "../sites/spread";
import { percentile, table } from "../resolver/statistics";
import type { CrowdReport } from "./crowd";

const RUNS = 5;
const SESSIONS = 2_000;
/** After the move: whoever is thrown out again is seen. */
const WATCHED_MS = 8_000;
const LONGEST_MS = 5_000;

interface Crowd {
  readonly beside: LabSite;
  stop(): Promise<CrowdReport>;
}

async function startCrowd(bench: BenchLab, beside: LabSite, passwordFile: string): Promise<Crowd> {
  const { host, port } = parseEndpoint(bench.deployment.url(beside));
  const args = [join(__dirname, "crowd.ts"), host, String(port), "appcache", passwordFile, String(SESSIONS)];
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  if (child.stdout === null) throw new Error("the crowd has no output");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    beside,
    stop: async () => {
      child.stdin?.end();
      return JSON.parse(String((await lines.next()).value)) as CrowdReport;
    },
  };
}

/** A switchover with as many quiet sessions at each site, all of which come back at once. */
export const stormBenchmark: Benchmark = {
  name: "storm",
  onEngine: true,
  title: "A storm of clients",
  async run() {
    const bench = await BenchLab.open();
    const passwordFile = await bench.deployment.passwordFile("appcache");
    const back: Record<"new" | "old", number[]> = { new: [], old: [] };
    const seen = { ended: 0, away: 0, replies: 0, interrupted: 0 };
    for (let run = 0; run < runsOf(RUNS); run++) {
      const from = await bench.settled();
      const to = other(from);
      const crowds: Crowd[] = [];
      for (const site of SITES) crowds.push(await startCrowd(bench, site, passwordFile));
      bench.expect("switchover", await bench.deployment.cli("switchover", "--to", to, "--no-wait"));
      await bench.until(from, "in sync", (status) => status.replication?.inSync === true);
      const until = performance.now() + WATCHED_MS;
      let linked = true;
      while (performance.now() < until) {
        const replication = (await bench.status(from))?.replication;
        if (replication?.linkUp === false && linked) seen.interrupted += 1;
        linked = replication?.linkUp !== false;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
      for (const crowd of crowds) {
        const report = await crowd.stop();
        back[crowd.beside === to ? "new" : "old"].push(...report.back);
        seen.ended += report.closed;
        seen.away += report.away;
        seen.replies += Object.values(report.errorReplies).reduce((sum, each) => sum + each, 0);
        console.log(
          `  ${run + 1}: ${from} → ${to}, beside ${crowd.beside}: ${report.back.length} back, p50 ` +
            `${Math.round(percentile(report.back, 0.5))} ms, max ${Math.round(Math.max(0, ...report.back))} ms, ` +
            `ended ${report.closed}, away ${report.away}, error replies ${JSON.stringify(report.errorReplies)}`,
        );
      }
    }
    const all = [...back.new, ...back.old];
    const runs = runsOf(RUNS);
    const again = seen.ended - runs * SITES.length * SESSIONS;
    return [
      `${bench.engine}, ${process.env["WAN_RTT_MS"] || 80} ms round trip, ${runs} switchovers to and fro with ` +
        `${SESSIONS} quiet sessions at each site; a session that is ended comes back after 50 ms, and again ` +
        "until it is served (AUTH and GET answered). The clients' own processes share the machine.",
      `**Served again within 5 s: ${all.filter((each) => each <= LONGEST_MS).length} of ${all.length}**; ` +
        `sessions thrown out more than once: ${Math.max(0, again)}; away at the end: ${seen.away}; error ` +
        `replies: ${seen.replies}; replication interrupted after the move: ${seen.interrupted} times.`,
      table(SPREAD_HEAD, [
        ["from a session's end until it is served again, beside the new primary", ...spread(back.new)],
        ["the same, beside the old primary (over the link)", ...spread(back.old)],
      ]),
    ].join("\n\n");
  },
};
