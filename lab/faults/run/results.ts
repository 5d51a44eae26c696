import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../paths";
import type { Scenario } from "../scenarios/scenario";
import type { RunOutcome } from "./runScenario";

/** All runs of one scenario in one sitting. */
export interface Result {
  readonly scenario: string;
  readonly runs: number;
  /** Runs that did not reach the promised end. */
  readonly unfinished: number;
  readonly violations: number;
  readonly acknowledged: number;
  readonly lostAsAllowed: number;
  readonly servedAgainMs: readonly number[];
  readonly machine: string;
}

const RESULTS = join(PROJECT_ROOT, "docs/faults.json");
const DOCUMENT = join(PROJECT_ROOT, "docs/faults.md");
const COLUMNS = [
  "scenario",
  "injected",
  "promised",
  "healed",
  "runs",
  "violations",
  "lost as promised",
  "served again, p50",
  "max",
  "machine",
];
const [BEGIN, END] = ["<!-- begin table -->", "<!-- end table -->"];

export function resultOf(scenario: string, outcomes: readonly RunOutcome[], machine: string): Result {
  const reports = outcomes.flatMap(({ report }) => (report === null ? [] : [report]));
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  return {
    scenario,
    runs: outcomes.length,
    unfinished: outcomes.filter(({ problem }) => problem !== null).length,
    violations: sum(reports.map(({ violations }) => violations.length)),
    acknowledged: sum(reports.map(({ acknowledged }) => acknowledged)),
    lostAsAllowed: sum(reports.map(({ lostAsAllowed }) => lostAsAllowed)),
    servedAgainMs: reports.flatMap(({ servedAgainMs }) => (servedAgainMs === null ? [] : [Math.round(servedAgainMs)])),
    machine,
  };
}

/** Puts a result in the place of the scenario's earlier one, in the data and in the document's table. */
export function keepResult(result: Result, scenarios: readonly Scenario[]): void {
  const earlier = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, "utf8")) as readonly Result[]) : [];
  const results = [...earlier.filter(({ scenario }) => scenario !== result.scenario), result];
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  const document = readFileSync(DOCUMENT, "utf8");
  writeFileSync(DOCUMENT, withTable(document, renderTable(scenarios, results)));
}

/** Pure. @throws Error when the document has no place for the table. */
export function withTable(document: string, table: string): string {
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (from === -1 || to === -1) throw new Error(`docs/faults.md: has no lines ${BEGIN} and ${END}`);
  return `${document.slice(0, from)}${BEGIN}\n\n${table}\n${document.slice(to)}`;
}

/** Pure: in the order of the scenarios; those that were never run say so. */
export function renderTable(scenarios: readonly Scenario[], results: readonly Result[]): string {
  const machines = [...new Set(results.map(({ machine }) => machine))];
  const rows = scenarios.map(({ name, injected, promise, healed }) => {
    const result = results.find(({ scenario }) => scenario === name);
    const figures =
      result === undefined
        ? ["0", "", "", "", "", ""]
        : [
            String(result.runs),
            result.unfinished === 0
              ? String(result.violations)
              : `${result.violations}, ${result.unfinished} unfinished`,
            `${result.lostAsAllowed} of ${result.acknowledged}`,
            seconds(percentile(result.servedAgainMs, 0.5)),
            seconds(Math.max(...result.servedAgainMs)),
            String(machines.indexOf(result.machine) + 1),
          ];
    return `| \`${name}\` | ${injected} | ${promise} | ${healed} | ${figures.join(" | ")} |`;
  });
  return [
    `| ${COLUMNS.join(" | ")} |`,
    `|${COLUMNS.map(() => "---|").join("")}`,
    ...rows,
    "",
    ...machines.map((machine, i) => `Machine ${i + 1}: ${machine}.`),
    "",
  ].join("\n");
}

function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

const seconds = (ms: number): string => (Number.isFinite(ms) ? `${(ms / 1000).toFixed(2)} s` : "–");
