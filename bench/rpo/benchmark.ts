import { setTimeout as pause } from "node:timers/promises";
import { underLoad } from "../../lab/deployment/underLoad";
import type { Benchmark } from "../section";
import { table } from "../resolver/statistics";
import { BenchLab, other, runsOf } from "../sites/benchLab";
import { spread, SPREAD_HEAD } from "../sites/spread";

const RUNS = 5;
const WRITER_SECONDS = 10;
const WRITES_A_SECOND = 10_000;
/** Long enough for the rate to settle. */
const BEFORE_THE_CRASH_MS = 3_000;

/**
 * The primary's process killed under a writer with a healthy link; what its replica never got is counted by numbers.
 */
export const rpoBenchmark: Benchmark = {
  name: "rpo",
  onEngine: true,
  title: "RPO: the primary crashes under 10,000 writes a second",
  async run() {
    const bench = await BenchLab.open();
    const seen = { lost: [] as number[], ms: [] as number[], rate: [] as number[] };
    for (let run = 0; run < runsOf(RUNS); run++) {
      const from = await bench.settled();
      const to = other(from);
      const writer = {
        beside: from,
        run: `rpo${run}-${Date.now().toString(36)}`,
        writesASecond: WRITES_A_SECOND,
        connections: 16,
        pipeline: 20,
      };
      let crashed = { at: 0, after: 0 };
      const { report } = await underLoad(
        bench.deployment,
        { writers: [writer], seconds: WRITER_SECONDS, readAt: to },
        async () => {
          const begun = performance.now();
          await pause(BEFORE_THE_CRASH_MS);
          process.kill(bench.pid(from, "server"), "SIGKILL");
          crashed = { at: Date.now(), after: (performance.now() - begun) / 1000 };
          bench.expect("failover", await bench.deployment.cli("failover", "--to", to, "--yes", "--force"));
        },
      );
      const lost = report.missing + report.wrong;
      seen.lost.push(lost);
      seen.ms.push(report.firstMissing === null ? 0 : Math.max(0, crashed.at - Date.parse(report.firstMissing.at)));
      seen.rate.push(report.acknowledged / WRITER_SECONDS);
      console.log(
        `  ${run + 1}: ${from} crashed: ${lost} of ${report.acknowledged} lost, the oldest ${seen.ms.at(-1)} ms old`,
      );
    }
    return [
      `${bench.engine}, ${process.env["WAN_RTT_MS"] || 80} ms round trip, healthy link; one writer beside the ` +
        `primary, ${WRITES_A_SECOND} numbered writes a second asked for. SIGKILL to the server, failover at ` +
        "once; then every acknowledged number is looked for in the new primary.",
      table(SPREAD_HEAD, [["age at the crash of the oldest acknowledged write that is lost", ...spread(seen.ms)]]),
      `Lost numbers in each run: ${seen.lost.join(", ")}. Acknowledged over the whole run, the outage ` +
        `included: ${seen.rate.map((rate) => Math.round(rate)).join(", ")} a second.`,
    ].join("\n\n");
  },
};
