import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const PROJECT_FILES = ["Pulumi.yaml", "Pulumi.yml"];

/** The folder of the Pulumi project that `from` is in; `from` itself when it is in none. */
export function projectFolder(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (isProject(folder)) return folder;
    if (dirname(folder) === folder) return resolve(from);
  }
}

export const isProject = (folder: string): boolean => PROJECT_FILES.some((file) => existsSync(join(folder, file)));

/** The stacks that have a file `Pulumi.<stack>.yaml` in the project, sorted. */
export function stacksOf(folder: string): string[] {
  return readdirSync(folder)
    .map((file) => /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1])
    .filter((stack) => stack !== undefined)
    .sort();
}
