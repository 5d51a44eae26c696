// Judges kept histories again: npx tsx lab/faults/check.ts FOLDER …
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkHistory } from "./checker/checkHistory";
import type { Promised } from "./checker/promised";
import { describeViolations } from "./checker/report";
import { readHistory } from "./history/historyFile";
import { PROMISED_FILE } from "./run/runScenario";

for (const folder of process.argv.slice(2)) {
  const promised = JSON.parse(readFileSync(join(folder, PROMISED_FILE), "utf8")) as Promised;
  const { violations, ...figures } = checkHistory(readHistory(folder), promised);
  console.log([`${folder}: ${JSON.stringify(figures)}`, ...describeViolations(violations)].join("\n"));
  if (violations.length > 0) process.exitCode = 1;
}
