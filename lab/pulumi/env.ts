// Prints `export` lines for a shell: eval "$(npx tsx lab/pulumi/env.ts)"
// The CLI is taken from the cache of the lab's tools, or from the first argument.
import { homedir } from "node:os";
import { join } from "node:path";
import { installPulumiHome, shellQuote } from "./install";

const CLI = join("tools", "pulumi-v3.256.0", "pulumi");

async function main(): Promise<void> {
  const cacheDir = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "dragonfly-dr");
  const { env } = await installPulumiHome({ cacheDir, pulumiBinary: process.argv[2] ?? join(cacheDir, CLI) });
  for (const [name, value] of Object.entries(env)) console.log(`export ${name}=${shellQuote(value)}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
