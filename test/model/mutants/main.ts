import { describeEvent } from "../events/describe";
import { writeSection } from "../search/docs";
import { table } from "../search/report";
import { MUTANTS } from "./mutants";
import { hunt } from "./hunt";

/** `make model-mutants`: SECONDS for each mutant, ONLY for some; DOCUMENT is a file whose table is written anew. */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const seconds = Number(env["SECONDS"] || 60);
  const chosen = MUTANTS.filter(({ rule, fault }) => `${rule} ${fault}`.includes(env["ONLY"] ?? ""));
  const rows: string[][] = [];
  for (const mutant of chosen) {
    const begun = performance.now();
    const found = await hunt(mutant, seconds);
    const took = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
    const names = ["primary", "dr", "west"];
    const story = found === null ? "**not found**" : found.events.map((e) => describeEvent(e, names)).join("; ");
    rows.push([mutant.rule, mutant.fault, found === null ? "-" : String(found.violation.invariant), story]);
    console.log(`${found === null ? "NOT FOUND" : "found"} in ${took}: ${mutant.rule}: ${mutant.fault}`);
    if (found !== null) console.log(`  ${found.configuration.name}: ${found.violation.text}\n  ${story}`);
  }
  const shown = table(["rule taken out", "what the guard does then", "invariant", "shortest story"], rows);
  console.log(`\n${shown}\n`);
  const document = env["DOCUMENT"] ?? "";
  if (document !== "") writeSection(document, "mutants", shown);
  const missed = rows.filter(([, , invariant]) => invariant === "-").length;
  console.log(`mutants: ${rows.length - missed} of ${rows.length} found`);
  if (missed > 0) process.exitCode = 1;
}

void main(process.env);
