/**
 * Ends with 1 and names every line of more than 120 columns. Left out: tables and code blocks of Markdown, which cannot
 * be broken, and what is generated (goldens, benchmarks, lock files, pictures).
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const MOST = 120;
const GENERATED = /golden\/|^docs\/benchmarks\.md$|\.(json|sum|svg)$|^LICENSE$/;

const LISTED = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
const files = execFileSync("git", LISTED, { encoding: "utf8" })
  .split("\0")
  .filter((file) => file !== "" && existsSync(file) && !GENERATED.test(file));

let found = 0;
for (const file of files) {
  let inCode = false;
  for (const [at, line] of readFileSync(file, "utf8").split("\n").entries()) {
    if (file.endsWith(".md")) {
      if (/^\s*```/.test(line)) inCode = !inCode;
      if (inCode || line.startsWith("|")) continue;
    }
    if ([...line].length <= MOST) continue;
    console.error(`${file}:${at + 1}: ${[...line].length} columns, more than ${MOST}`);
    found += 1;
  }
}
process.exitCode = found === 0 ? 0 : 1;
