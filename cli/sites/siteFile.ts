import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { badInput } from "../failure";
import { SITES_FILE_VERSION, type SiteEntry } from "../../contract/siteEntry";
import { recordOf } from "../../server/records";
import { parseWrittenEntry } from "./entry";

/**
 * Reads and checks a site file; relative kubeconfig paths are taken from the file's folder.
 * @throws CommandFailure (bad input) with every problem; null when there is no such file.
 */
export async function readSiteFile(file: string): Promise<readonly SiteEntry[] | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw badInput(`${file}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  return parseSiteFile(text, file);
}

/** @throws CommandFailure (bad input) with every problem. */
export function parseSiteFile(text: string, file: string): readonly SiteEntry[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw badInput(`${file}: is no JSON; remove it and run dragonfly-dr status, which writes it anew`);
  }
  const { version, sites } = recordOf(content);
  if (version !== SITES_FILE_VERSION)
    throw badInput(
      `${file}: version is not ${SITES_FILE_VERSION}; it was written by another version of dragonfly-dr, run ` +
        "dragonfly-dr status to write it anew",
    );
  if (!Array.isArray(sites) || sites.length === 0) throw badInput(`${file}: sites is no list with at least one site`);
  const parsed = sites.map((entry, i) => parseWrittenEntry(entry, `${file}: sites[${i}]`));
  const problems = parsed.flatMap((p) => p.problems);
  const entries = parsed.flatMap((p) => (p.value === null ? [] : [p.value]));
  problems.push(...duplicates(entries).map((site) => `${file}: site ${site} is there more than once; keep one`));
  if (problems.length > 0) throw badInput(...problems);
  return entries.map((entry) => ({
    ...entry,
    kubeconfig: entry.kubeconfig === null ? null : absolutePath(entry.kubeconfig, dirname(resolve(file))),
  }));
}

/** Replaces the file in one go: another command may be reading it. */
export async function writeSiteFile(file: string, entries: readonly SiteEntry[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify({ version: SITES_FILE_VERSION, sites: entries }, null, 2)}\n`, {
    mode: 0o600,
  });
  await rename(draft, file);
}

export function absolutePath(path: string, base: string): string {
  if (path === "~" || path.startsWith("~/")) return join(homedir(), path.slice(2));
  return isAbsolute(path) ? path : resolve(base, path);
}

function duplicates(entries: readonly SiteEntry[]): string[] {
  const names = entries.map((e) => e.site as string);
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
}
