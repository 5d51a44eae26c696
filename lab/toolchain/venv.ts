import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../paths";
import { run } from "../process/run";
import type { Progress } from "../progress";
import { isStamped, recipeHash, writeStamp } from "./stamp";

/** Programs from PyPI in a virtual environment of their own, with versions pinned in lab/tools/<name>. */
export interface Venv {
  readonly name: string;
  /** The distribution whose version names the folder. */
  readonly distribution: string;
  readonly module: string;
  /** Below the folder; there when it is whole. */
  readonly program: string;
}

/** Stands in for AWS: S3 and IAM, with its authorization checks. */
export const MOTO: Venv = { name: "moto", distribution: "moto", module: "moto", program: "bin/moto_server" };
/** A Python that has redis-py, for tests of the cache with a real client. */
export const REDIS_PY: Venv = { name: "redis-py", distribution: "redis", module: "redis", program: "bin/python" };

const requirementsFile = ({ name }: Venv): string => join(PROJECT_ROOT, "lab/tools", name, "requirements.txt");
const requirements = (venv: Venv): string => readFileSync(requirementsFile(venv), "utf8");

function folderOf(cache: string, venv: Venv): string {
  const pinned = new RegExp(`^${venv.distribution}==(.*)$`, "m").exec(requirements(venv))?.[1] ?? "unknown";
  return join(cache, "tools", `${venv.name}-${pinned}`);
}

/** Path of the environment's program. */
export const venvProgram = (cache: string, venv: Venv): string => join(folderOf(cache, venv), venv.program);

/** Whether its folder is complete; looks at files only. */
export const isVenvBuilt = (cache: string, venv: Venv): boolean =>
  isStamped(folderOf(cache, venv), recipeHash([requirements(venv)]), [venv.program]);

/**
 * Makes the environment where it is missing or was made from other requirements. It cannot be moved, so it is made in
 * place and stamped last.
 */
export async function buildVenv(cache: string, venv: Venv, progress: Progress): Promise<void> {
  if (isVenvBuilt(cache, venv) && (await runs(cache, venv))) return;
  const folder = folderOf(cache, venv);
  const started = progress.seconds();
  progress.say(`toolchain: ${venv.name} into a virtual environment`);
  rmSync(folder, { recursive: true, force: true });
  await run("python3", ["-m", "venv", folder]);
  await run(join(folder, "bin/pip"), [
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--no-input",
    "--requirement",
    requirementsFile(venv),
  ]);
  writeStamp(folder, recipeHash([requirements(venv)]));
  progress.say(`toolchain: ${venv.name} made in ${(progress.seconds() - started).toFixed(0)} s`);
}

/** A virtual environment outlives the interpreter that it was made with. */
async function runs(cache: string, venv: Venv): Promise<boolean> {
  try {
    await run(join(folderOf(cache, venv), "bin/python"), ["-c", `import ${venv.module}`]);
    return true;
  } catch {
    return false;
  }
}
