import { writeFileSync } from "node:fs";
import { REAL_RULES } from "./guard/turn";
import { campaign } from "./search/campaign";
import { searchedTable } from "./search/report";
import { knownStory } from "./stories/known";

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
  let news = 0;
  for (const [i, story] of result.stories.entries()) {
    const found = result.found[i];
    const known = found === undefined ? null : knownStory(found);
    if (known === null) news += 1;
    console.log(known === null ? `${story}\n` : `known to be open: ${known.name} (${known.open})\n`);
  }
  if (env["STORIES"] !== undefined && env["STORIES"] !== "") writeFileSync(env["STORIES"], result.stories.join("\n\n"));
  const states = result.searched.reduce((sum, s) => sum + s.states, 0);
  const depths = result.searched.map((s) => s.depth);
  console.log(
    `model: ${states} states, depth ${Math.min(...depths)} to ${Math.max(...depths)}, ${result.walks} walks ` +
      `of ${result.events} events, ${news} counterexamples, ${result.found.length - news} known to be open`,
  );
  if (news > 0) process.exitCode = 1;
}

void main(process.env);
