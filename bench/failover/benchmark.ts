import { underLoad } from "../../lab/deployment/underLoad";
import { readFileSync } from "node:fs";
import type { Benchmark } from "../section";
import { table } from "../resolver/statistics";
import { ATTEMPT_EVERY_MS, BenchLab, other, runsOf } from "../sites/benchLab";
import { Silence } from "../sites/silence";
import { spread, SPREAD_HEAD } from "../sites/spread";

const RUNS = 10;
const WRITER_SECONDS = 9;

/** The regions cut off from each other, the old one's API server out of reach: promotion, then the link's return. */
export const failoverBenchmark: Benchmark = {
  name: "failover",
  onEngine: true,
  title: "Failover: time to the first write, and how long two sites acknowledge",
  async run() {
    const bench = await BenchLab.open();
    const password = readFileSync(await bench.deployment.passwordFile("appcache"), "utf8");
    const silence = await Silence.open();
    const seen = { first: [] as number[], command: [] as number[], both: [] as number[] };
    try {
      for (let run = 0; run < runsOf(RUNS); run++) {
        const from = await bench.settled();
        const to = other(from);
        await bench.lab.link.cut();
        await bench.until(to, "sees the cut", (status) => status.peers[0]?.reachable === false);
        const begun = performance.now();
        const command = bench.deployment.cli(
          "failover",
          "--to",
          to,
          "--yes",
          "--sites",
          bench.deployment.sitesWith(from, silence.address),
        );
        // Only the new primary can acknowledge here: the old one is out of this side's reach.
        await bench.firstWrite(to, password);
        seen.first.push(performance.now() - begun);
        seen.command.push(bench.expect("failover", await command).seconds * 1000);

        let healed = 0;
        const writer = {
          beside: from,
          run: `fo${run}-${Date.now().toString(36)}`,
          writesASecond: 1_000,
          connections: 8,
          pipeline: 10,
        };
        const { report } = await underLoad(
          bench.deployment,
          { writers: [writer], seconds: WRITER_SECONDS, readAt: to },
          async () => {
            healed = Date.now();
            await bench.lab.link.heal();
            await bench.until(from, "is closed", (status) => !status.serving, 20_000);
          },
        );
        if (report.lastMissing === null)
          throw new Error("the old primary acknowledged nothing alone: the benchmark saw nothing");
        seen.both.push(Date.parse(report.lastMissing.at) - healed);
        console.log(
          `  ${run + 1}: ${from} → ${to}: first write after ${Math.round(seen.first.at(-1) ?? NaN)} ms, both ` +
            `acknowledged for ${seen.both.at(-1)} ms after the link was back`,
        );
        // The command run again: what it could not reach becomes a replica.
        bench.expect("failover again", await bench.deployment.cli("failover", "--to", to, "--yes"));
      }
    } finally {
      silence.close();
      await bench.lab.link.heal();
    }
    const rows = [
      ["command to first acknowledged write through the Service of the new primary's region", ...spread(seen.first)],
      ["the command itself", ...spread(seen.command)],
      ["from the link's return to the last write that the old primary acknowledged alone", ...spread(seen.both)],
    ];
    return [
      `${bench.engine}, ${process.env["WAN_RTT_MS"] || 80} ms round trip. The regions are cut off from each ` +
        "other and the old region's API server is silent to the operator as well: it takes the connection and " +
        "never answers. Both first times begin with the command's start (Node) and include what that region is " +
        `given to answer; attempts to write begin every ${ATTEMPT_EVERY_MS} ms. Afterwards a writer beside the ` +
        "old primary goes on while the link comes back; what it was acknowledged and the new primary does not " +
        "have was acknowledged by the old one alone.",
      table(SPREAD_HEAD, rows),
    ].join("\n\n");
  },
};
