import { join } from "node:path";
import { cacheDirectory } from "../../lab/paths";
import { succeeds } from "../../lab/process/run";
import { Progress } from "../../lab/progress";
import { buildGoTool, goToolFolder, isGoToolBuilt } from "../../lab/toolchain/goBuild";
import type { GoTool } from "../../lab/toolchain/goTools";

/** What judges the policies and the workflow; the demo needs none of it. */
const TOOLS = {
  cyclonus: { name: "cyclonus", version: "v0.5.6", programs: { cyclonus: "." } },
  actionlint: { name: "actionlint", version: "v1.7.12", programs: { actionlint: "github.com/rhysd/actionlint/cmd/actionlint" } },
} as const satisfies Readonly<Record<string, GoTool>>;

/** Path of the program, built on first use; undefined on a machine without Go where it is not built yet. */
export async function goTool(name: keyof typeof TOOLS): Promise<string | undefined> {
  const tool = TOOLS[name];
  const cache = cacheDirectory();
  if (!isGoToolBuilt(cache, tool)) {
    if (!(await succeeds("go", ["version"]))) return undefined;
    await buildGoTool(cache, tool, new Progress());
  }
  return join(goToolFolder(cache, tool), name);
}
