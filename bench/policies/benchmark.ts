import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../policies/rules";
import { mutantsOf, survivorOf, SURVIVORS } from "../../test/policies/mutants/all";
import { harmlessVariations } from "../../test/policies/mutants/harmless";
import { faultsOf } from "../../test/policies/cases/foreign";
import { networkCases } from "../../test/policies/cases/network";
import { recognitionCases } from "../../test/policies/cases/recognition";
import { judgeAll, run } from "../../test/policies/mutants/run";
import { goodWorlds, type World } from "../../test/policies/mutants/world";
import type { Benchmark } from "../section";
import { crowd } from "./crowd";
import { Times } from "./times";

const ROOT = join(__dirname, "../..");
const SIZES = [625, 1250, 2500, 5000];
const RUNS = 10;
const COLD_RUNS = 10;
const GOAL_SECONDS = 0.6;

/** How well the policy pack sees, and how long it takes. */
export const policiesBenchmark: Benchmark = {
  name: "policies",
  title: "Policy pack",
  async run() {
    const worlds = await goodWorlds();
    return [intro(), kills(worlds), alarms(worlds), foreign(), speed(worlds), cold()].join("\n\n");
  },
};

const intro = (): string =>
  `${rules.length} rules. A mutant is a good stack with one fault; it is caught when a rule of the fault's ` +
  "own family says so. A harmless variation must raise no alarm.";

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

function kills(worlds: readonly World[]): string {
  const outcomes = worlds.flatMap(mutantsOf).map(run);
  const rows = ["acl", "network", "server", "storage", "dr"].map((family) => {
    const own = outcomes.filter(({ mutant }) => mutant.family === family);
    return [
      family,
      own.length,
      ...rate(
        own.filter(({ caught }) => caught).length,
        own.filter(({ mutant }) => survivorOf(mutant) === undefined).length,
        own.length,
      ),
    ];
  });
  const different = outcomes.filter(({ mutant }) => survivorOf(mutant) === undefined).length;
  const all = [
    "**all**",
    outcomes.length,
    ...rate(outcomes.filter(({ caught }) => caught).length, different, outcomes.length),
  ];
  const lost = outcomes
    .filter(({ caught, mutant }) => !caught && survivorOf(mutant) === undefined)
    .map(({ mutant }) => mutant.name);
  const reasons = SURVIVORS.map(({ why }) => why).join("; ");
  const head = ["family", "mutants", "caught", "kill rate", "kill rate without those that change nothing"];
  return (
    `${table(head, [...rows, all])}\n\nSurvivors that change nothing: ${reasons}. ` +
    `Others: ${lost.length === 0 ? "none" : lost.join(", ")}.`
  );
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)} %`;
const rate = (caught: number, different: number, all: number): (string | number)[] => [
  caught,
  percent(caught, all),
  percent(caught, different),
];

function alarms(worlds: readonly World[]): string {
  const outcomes = worlds.flatMap(harmlessVariations).map(run);
  const unknown = outcomes.filter(({ mutant }) => mutant.name.includes("unknown: "));
  const count = (of: typeof outcomes): number => of.filter(({ caught }) => caught).length;
  return table(
    ["harmless variations", "number", "false alarms"],
    [
      ["all", outcomes.length, count(outcomes)],
      ["of these with unknown values, as in a preview", unknown.length, count(unknown)],
    ],
  );
}

/** Manifests as others write them, apart from our own mutants. */
function foreign(): string {
  const families = { "network policies": networkCases, "what runs a cache": recognitionCases };
  const rows = Object.entries(families).map(([family, cases]) => {
    const faults = cases.flatMap(faultsOf);
    const unsure = cases.filter((each) => each.unsure !== undefined).length;
    const silent = faults.filter((fault) => fault.startsWith("silent")).length;
    return [family, cases.length, unsure, silent, faults.filter((fault) => fault.startsWith("false")).length];
  });
  return table(["foreign cases", "number", "rightly not judged", "missed", "false alarms"], rows);
}

function speed(worlds: readonly World[]): string {
  const own = worlds[0]?.resources ?? [];
  const measured = SIZES.map((size) => {
    const resources = size < own.length ? own.slice(0, size) : [...own, ...crowd(size - own.length, "primary")];
    return { size: resources.length, times: Times.of(RUNS, 5, () => void judgeAll(resources)) };
  });
  const [least] = measured;
  const rows = measured.map(({ size, times }) => {
    const median = times.percentile(50);
    const [longer, sizes] = [median / (least?.times.percentile(50) ?? median), size / (least?.size ?? size)];
    return [
      size,
      median.toFixed(1),
      times.percentile(90).toFixed(1),
      ((1000 * median) / size).toFixed(0),
      `${longer.toFixed(1)} × the time of ${sizes.toFixed(1)} × the resources`,
      sizes === 1 ? "" : (Math.log(longer) / Math.log(sizes)).toFixed(2),
    ];
  });
  return (
    `All rules on a list of resources (both sites and what else is in the stack; ${RUNS} runs each, in one ` +
    `process):\n\n${table(["resources", "median, ms", "p90, ms", "µs a resource", "growth", "exponent"], rows)}`
  );
}

function cold(): string {
  const built = join(ROOT, "dist/cli/main.js");
  if (!existsSync(built)) throw new Error(`${built} is not there: run npm run build`);
  let judged = "";
  const seconds: number[] = [];
  for (let i = 0; i < COLD_RUNS; i += 1) {
    const start = process.hrtime.bigint();
    const { status, stdout, stderr } = spawnSync(process.execPath, [built, "check"], { cwd: ROOT, encoding: "utf8" });
    if (status !== 0) throw new Error(`check ended with ${String(status)}: ${stdout}${stderr}`);
    seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
    judged = stdout.trim().split("\n").at(-1) ?? "";
  }
  const times = new Times(seconds);
  const row = [
    COLD_RUNS,
    times.percentile(50).toFixed(2),
    times.percentile(90).toFixed(2),
    times.percentile(100).toFixed(2),
    `≤ ${GOAL_SECONDS}`,
  ];
  return (
    `\`dragonfly-dr check\` of both sites from built JavaScript, a new process each ` +
    `(${judged.split(":")[0] ?? ""}):\n\n${table(["runs", "median, s", "p90, s", "max, s", "goal, s"], [row])}`
  );
}
