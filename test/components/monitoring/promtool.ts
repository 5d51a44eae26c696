import { spawnSync } from "node:child_process";
import { cacheDirectory } from "../../../lab/paths";
import { Progress } from "../../../lab/progress";
import { Debian } from "../../../lab/toolchain/debian";
import { MONITORING_SELECTION } from "../../../lab/toolchain/debianPackages";

/** Fetched by the first use, as the tools of other tests are. */
export async function promtool(): Promise<(...args: readonly string[]) => { status: number | null; output: string }> {
  const debian = await Debian.fetch(cacheDirectory(), new Progress(), MONITORING_SELECTION);
  const program = debian.program("promtool");
  return (...args) => {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", env: debian.environment });
    return { status, output: stdout + stderr };
  };
}
