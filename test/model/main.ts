import { writeFileSync } from "node:fs";
import { REAL_RULES } from "./guard/turn";
import { campaign } from "./search/campaign";
import { searchedTable } from "./search/report";

/** `make model`: SECONDS, SEED, ONLY; STORIES names a file for what was found. */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const seconds = Number(env["SECONDS"] || 120);
  const seed = Number(env["SEED"] || 1);
  if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
    console.error(`SECONDS=${env["SECONDS"]} SEED=${env["SEED"]}: give seconds above 0 and a whole number as seed`);
    process.exitCode = 2;
    return;
  }
  const only = env["ONLY"] ?? "";
  const result = await campaign(REAL_RULES, { seconds, seed, only, say: (line) => console.log(line) });
  console.log(`\n${searchedTable(result.searched)}\n`);
  for (const story of result.stories) console.log(`${story}\n`);
  if (env["STORIES"] !== undefined && env["STORIES"] !== "") writeFileSync(env["STORIES"], result.stories.join("\n\n"));
  const states = result.searched.reduce((sum, s) => sum + s.states, 0);
  const depths = result.searched.map((s) => s.depth);
  console.log(
    `model: ${states} states, depth ${Math.min(...depths)} to ${Math.max(...depths)}, ${result.walks} walks ` +
      `of ${result.events} events, ${result.found.length} counterexamples`,
  );
  if (result.found.length > 0) process.exitCode = 1;
}

void main(process.env);
