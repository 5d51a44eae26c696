import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../paths";
import { run } from "../process/run";
import type { Progress } from "../progress";
import { linkerFlags, type GoTool } from "./goTools";
import { isStamped, recipeHash, writeStamp } from "./stamp";

const GO_ENVIRONMENT = {
  CGO_ENABLED: "0",
  GOFLAGS: "-trimpath -buildvcs=false -mod=readonly",
  // Go fetches another version of itself otherwise, when a module asks for one.
  GOTOOLCHAIN: "local",
  GOWORK: "off",
} as const;

/** Where a tool's programs are, once built. */
export function goToolFolder(cache: string, tool: GoTool): string {
  return join(cache, "tools", `${tool.name}-${tool.version}`);
}

export function isGoToolBuilt(cache: string, tool: GoTool): boolean {
  return isStamped(goToolFolder(cache, tool), goToolRecipe(tool), Object.keys(tool.programs));
}

/** Builds what is missing or was made from other sources. Each program appears whole or not at all. */
export async function buildGoTool(cache: string, tool: GoTool, progress: Progress): Promise<void> {
  if (isGoToolBuilt(cache, tool)) return;
  const folder = goToolFolder(cache, tool);
  const aside = join(folder, `.building.${process.pid}`);
  const started = progress.seconds();
  progress.say(`toolchain: building ${tool.name} ${tool.version}`);
  mkdirSync(aside, { recursive: true });
  try {
    for (const [file, target] of Object.entries(tool.programs)) {
      await run("nice", ["-n", "5", "go", "build", "-ldflags", linkerFlags(tool), "-o", join(aside, file), target], {
        cwd: moduleFolder(tool),
        env: GO_ENVIRONMENT,
      });
      renameSync(join(aside, file), join(folder, file));
    }
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  writeStamp(folder, goToolRecipe(tool));
  progress.say(`toolchain: ${tool.name} ${tool.version} built in ${(progress.seconds() - started).toFixed(0)} s`);
}

function goToolRecipe(tool: GoTool): string {
  const folder = moduleFolder(tool);
  const sources = readdirSync(folder).filter((file) => /\.go$|^go\.(mod|sum)$/.test(file));
  return recipeHash([
    JSON.stringify([tool, GO_ENVIRONMENT]),
    ...sources.sort().flatMap((file) => [file, readFileSync(join(folder, file), "utf8")]),
  ]);
}

function moduleFolder(tool: GoTool): string {
  return join(PROJECT_ROOT, "lab", "tools", tool.name);
}
