import { join } from "node:path";
import { goToolFolder } from "../toolchain/goBuild";
import { GO_TOOLS } from "../toolchain/goTools";

/** Where the lab's toolchain puts the Pulumi CLI. */
export function builtPulumi(cacheDir: string): string {
  return join(goToolFolder(cacheDir, GO_TOOLS.pulumi), "pulumi");
}
