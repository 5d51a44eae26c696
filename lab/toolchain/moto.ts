import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../paths";
import { run } from "../process/run";
import type { Progress } from "../progress";
import { isStamped, recipeHash, writeStamp } from "./stamp";

const REQUIREMENTS = join(PROJECT_ROOT, "lab/tools/moto/requirements.txt");
const SERVER = "bin/moto_server";

/** The Python that runs moto, for the progress line. */
const interpreter = (): Promise<string> => run("python3", ["-c", "import sys; print(sys.executable, sys.version)"]);

const requirements = (): string => readFileSync(REQUIREMENTS, "utf8");

function motoFolder(cache: string): string {
  const version = /^moto==(.*)$/m.exec(requirements())?.[1] ?? "unknown";
  return join(cache, "tools", `moto-${version}`);
}

/** Path of the program that stands in for AWS: S3 and IAM, with its authorization checks. */
export const motoServer = (cache: string): string => join(motoFolder(cache), SERVER);

/** Whether its folder is complete; looks at files only. */
export const isMotoBuilt = (cache: string): boolean =>
  isStamped(motoFolder(cache), recipeHash([requirements()]), [SERVER]);

/**
 * Makes the virtual environment where it is missing or was made from other requirements. It cannot be moved, so it is
 * made in place and stamped last.
 */
export async function buildMoto(cache: string, progress: Progress): Promise<void> {
  if (isMotoBuilt(cache) && (await runs(cache))) return;
  const folder = motoFolder(cache);
  const started = progress.seconds();
  progress.say("toolchain: moto into a virtual environment");
  rmSync(folder, { recursive: true, force: true });
  await run("python3", ["-m", "venv", folder]);
  await run(join(folder, "bin/pip"), [
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--no-input",
    "--requirement",
    REQUIREMENTS,
  ]);
  writeStamp(folder, recipeHash([requirements()]));
  progress.say(
    `toolchain: moto made in ${(progress.seconds() - started).toFixed(0)} s with ${(await interpreter()).split(" ")[1] ?? "python3"}`,
  );
}

/** A virtual environment outlives the interpreter that it was made with. */
async function runs(cache: string): Promise<boolean> {
  try {
    await run(join(motoFolder(cache), "bin/python"), ["-c", "import moto"]);
    return true;
  } catch {
    return false;
  }
}
