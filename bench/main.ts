import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { benchmarks } from "./benchmarks";
import { describeMachine } from "./machine";
import { partOf, withSection } from "./section";

const DOCUMENT = join(__dirname, "../docs/benchmarks.md");
const HEAD =
  "# Benchmarks\n\nWritten by `make bench`; each part names the machine it ran on. These machines are " +
  "shared and noisy: read the ratios.\n";

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0)
    throw new Error(`no benchmark ${unknown.join(", ")}: there are ${benchmarks.map(({ name }) => name).join(", ")}`);
  for (const benchmark of benchmarks) {
    if (wanted.length > 0 && !wanted.includes(benchmark.name)) continue;
    const machine = describeMachine();
    const start = Date.now();
    console.log(`${benchmark.name} …`);
    const body = await benchmark.run();
    const document = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, "utf8") : HEAD;
    writeFileSync(
      DOCUMENT,
      withSection(
        document,
        partOf(benchmark, process.env["DRAGONFLY_BINARY"]),
        `${body.trim()}\n\nMachine: ${machine}.`,
      ),
    );
    console.log(`${benchmark.name} done in ${Math.round((Date.now() - start) / 1000)} s\n${body.trim()}\n`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
