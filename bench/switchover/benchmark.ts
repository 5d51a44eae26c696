import { underLoad } from "../../lab/deployment/underLoad";
import { SITES } from "../../lab/plan";
import type { Benchmark } from "../section";
import { BenchLab, other, runsOf } from "../sites/benchLab";
import { spread, SPREAD_HEAD } from "../sites/spread";
import { table } from "../resolver/statistics";

const RUNS = 10;
const WRITER_SECONDS = 9;
const WRITES_A_SECOND = 2_000;

/** Switchovers to and fro, with a writer in each region; every acknowledged write is looked for afterwards. */
export const switchoverBenchmark: Benchmark = {
  name: "switchover",
  onEngine: true,
  title: "Switchover: writes lost, and the gap",
  async run() {
    const bench = await BenchLab.open();
    const seen = {
      acknowledged: 0,
      lost: 0,
      near: 0,
      nearLost: 0,
      besideNew: [] as number[],
      besideOld: [] as number[],
      command: [] as number[],
      alone: [] as number[],
    };
    for (let run = 0; run < runsOf(RUNS); run++) {
      const from = await bench.settled();
      const to = other(from);
      const id = `sw${run}-${Date.now().toString(36)}`;
      const writers = SITES.map((beside) => ({
        beside,
        run: `${id}-${beside}`,
        writesASecond: WRITES_A_SECOND,
        connections: 16,
        pipeline: 10,
      }));
      let followed = Promise.resolve();
      const { written, report } = await underLoad(
        bench.deployment,
        { writers, seconds: WRITER_SECONDS, readAt: to },
        async () => {
          const result = bench.expect("switchover", await bench.deployment.cli("switchover", "--to", to, "--no-wait"));
          const moved = performance.now();
          seen.command.push(result.seconds * 1000);
          followed = bench
            .until(from, "in sync", (status) => status.replication?.inSync === true)
            .then(() => void seen.alone.push(performance.now() - moved));
          await followed;
        },
      );
      seen.acknowledged += report.acknowledged;
      seen.lost += report.missing + report.wrong;
      seen.near += report.withinWindow.acknowledged;
      seen.nearLost += report.withinWindow.lost;
      for (const { beside, summary } of written)
        (beside === to ? seen.besideNew : seen.besideOld).push(summary.longestGap?.ms ?? NaN);
      console.log(
        `  ${run + 1}: ${from} → ${to}: lost ${report.missing + report.wrong} of ${report.acknowledged}, gaps ` +
          `${written.map(({ summary }) => Math.round(summary.longestGap?.ms ?? NaN)).join(" / ")} ms`,
      );
    }
    const rows = [
      ["longest gap between acknowledged writes, client beside the new primary", ...spread(seen.besideNew)],
      ["the same, client beside the old primary", ...spread(seen.besideOld)],
      ["the command itself (`--no-wait`)", ...spread(seen.command)],
      ["from its end until the old primary is a copy in sync again", ...spread(seen.alone)],
    ];
    return [
      `${bench.engine}, ${process.env["WAN_RTT_MS"] || 80} ms round trip, ${seen.command.length} switchovers ` +
        `to and fro, each under two writers (one in each region, ${WRITES_A_SECOND} writes a second each, ten ` +
        "under way on each of 16 connections). A process that knows only the writers' logs reads every " +
        "acknowledged write back from the new primary.",
      `**Lost: ${seen.lost} of ${seen.acknowledged} acknowledged writes** (${seen.nearLost} of the ` +
        `${seen.near} within 2 s of a handover).`,
      table(SPREAD_HEAD, rows),
    ].join("\n\n");
  },
};
