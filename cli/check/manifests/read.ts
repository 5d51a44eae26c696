import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { RawResource } from "../../../policies/model/resource";
import { badInput } from "../../failure";
import type { Place } from "../report";
import type { ManifestObject } from "./object";
import { manifestObjects } from "./objects";
import { parseManifest } from "./parse";

/** Stands for standard input. */
export const STANDARD_INPUT = "-";
/** More of the same say no more. */
const MOST_PROBLEMS = 20;
const MANIFEST = /\.(ya?ml|json)$/i;
const SKIPPED = /^(\.|node_modules$)/;

/** The stack that resources of manifests count to. */
export const MANIFESTS = "manifests";

export interface Manifests {
  readonly resources: readonly RawResource[];
  /** Where a resource stands, by its URN. */
  readonly places: ReadonlyMap<string, Place>;
  /** Documents that are no objects of Kubernetes, such as a chart's values. */
  readonly ignored: number;
}

/**
 * Reads Kubernetes objects from YAML or JSON: a file, a folder with all below it, or standard input.
 * @throws CommandFailure naming every file that cannot be read, with the line.
 */
export function readManifests(path: string, cwd: string): Manifests {
  const files = path === STANDARD_INPUT ? [STANDARD_INPUT] : filesOf(path);
  const problems: string[] = [];
  const objects: (ManifestObject & { readonly file: string })[] = [];
  let ignored = 0;
  for (const file of files) {
    const shown = file === STANDARD_INPUT ? "standard input" : relative(cwd, file) || file;
    try {
      const text = file === STANDARD_INPUT ? readFileSync(0, "utf8") : readFileSync(file, "utf8");
      const parsed = parseManifest(text);
      if ("problem" in parsed) problems.push(`${shown}: ${parsed.problem}`);
      else {
        const read = manifestObjects(parsed.documents);
        objects.push(...read.objects.map((object) => ({ ...object, file: shown })));
        ignored += read.ignored;
      }
    } catch (error) {
      problems.push(`${shown}: cannot be read (${codeOf(error)}); give a file or a folder of Kubernetes objects`);
    }
  }
  if (problems.length > 0)
    throw badInput(
      ...problems.slice(0, MOST_PROBLEMS),
      ...(problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more`] : []),
    );
  const places = new Map(objects.map(({ file, line }, i) => [`${MANIFESTS}:${i}`, { file, line }]));
  const resources = objects.map(({ type, name, props }, i): RawResource => {
    return { type, name, props, stack: MANIFESTS, urn: `${MANIFESTS}:${i}` };
  });
  return { resources, places, ignored };
}

/** @throws CommandFailure where there is nothing to read. */
function filesOf(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw badInput(
      `--manifests ${path}: cannot be read (${codeOf(error)}); give a file, a folder, or - for standard input`,
    );
  }
  if (!isFolder) return [path];
  const files = filesBelow(path);
  if (files.length === 0)
    throw badInput(`--manifests ${path}: no file ends in .yaml, .yml or .json; give a folder that holds manifests`);
  return files;
}

/** Links to folders are not followed: they may lead in circles. */
function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry): string[] => {
    if (SKIPPED.test(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    const isFile = entry.isFile() || (entry.isSymbolicLink() && isRegular(path));
    return isFile && MANIFEST.test(entry.name) ? [path] : [];
  });
}

function isRegular(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : error instanceof Error ? error.name : "unknown";
