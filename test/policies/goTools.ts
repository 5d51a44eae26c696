import { join } from "node:path";
import { cacheDirectory } from "../../lab/paths";
import { Progress } from "../../lab/progress";
import { buildGoTool, goToolFolder } from "../../lab/toolchain/goBuild";
import { TEST_TOOLS, type TestToolName } from "../../lab/toolchain/testTools";

/** The first use builds the program, where `make test` has not. */
export const BUILD_TIMEOUT = 15 * 60_000;

/**
 * Path of a program that tests compare with. @throws Error where it is not there and cannot be built: a test that skips
 * proves nothing.
 */
export async function goTool(name: TestToolName): Promise<string> {
  const cache = cacheDirectory();
  await buildGoTool(cache, TEST_TOOLS[name], new Progress());
  return join(goToolFolder(cache, TEST_TOOLS[name]), name);
}
