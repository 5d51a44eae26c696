// Prints `export` lines for a shell: eval "$(npx tsx lab/pulumi/env.ts)"
// The CLI is the one that the lab's toolchain built, or the first argument.
import { cacheDirectory } from "../paths";
import { builtPulumi } from "./cli";
import { installPulumiHome, shellQuote } from "./install";

async function main(): Promise<void> {
  const cacheDir = cacheDirectory();
  const { bin, env } = await installPulumiHome({ cacheDir, pulumiBinary: process.argv[2] ?? builtPulumi(cacheDir) });
  for (const [name, value] of Object.entries(env)) {
    // The shell's own PATH: this process has a longer one, from npx.
    console.log(name === "PATH" ? `export PATH=${shellQuote(bin)}:"$PATH"` : `export ${name}=${shellQuote(value)}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
