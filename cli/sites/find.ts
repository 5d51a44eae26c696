import { dirname, join, resolve } from "node:path";
import { badInput } from "../failure";
import type { SiteEntry } from "./entry";
import { sitesOfStacks } from "./outputs";
import { isProject, projectFolder, stacksOf } from "./project";
import { readSiteFile, writeSiteFile } from "./siteFile";

export interface SiteSource {
  /** From --sites or DRAGONFLY_DR_SITES; null: the project's own file. */
  readonly given: string | null;
  /** From --stacks; null: every stack that has a file in the project. */
  readonly stacks: readonly string[] | null;
  readonly cwd: string;
}

export interface KnownSites {
  readonly entries: readonly SiteEntry[];
  /** Where journals and receipts go: `.dragonfly-dr` of the project. */
  readonly stateFolder: string;
  /** What kept the site file from being brought up to date; the cached one is used. */
  readonly warnings: readonly string[];
}

/**
 * Where journals, receipts and the cached site file are: beside Pulumi.yaml, or beside a site file that was given
 * (other sites, other journals).
 */
export const stateFolder = (cwd: string, given: string | null = null): string =>
  join(given === null ? projectFolder(cwd) : dirname(resolve(cwd, given)), ".dragonfly-dr");

/**
 * The sites as they were last written down: no Pulumi on the way to a failover. Only where nothing was ever written
 * down are
 * the stacks asked.
 * @throws CommandFailure (bad input) when no site is known.
 */
export async function cachedSites(source: SiteSource): Promise<KnownSites> {
  const state = stateFolder(source.cwd, source.given);
  const file = source.given ?? join(state, "sites.json");
  const entries = await readSiteFile(file);
  if (entries !== null) return { entries, stateFolder: state, warnings: [] };
  if (source.given !== null) throw badInput(`${file}: there is no such site file`);
  return await refreshedSites(source);
}

/**
 * The sites as the stacks' outputs give them, written down for the other commands. A stack that cannot be asked keeps
 * its
 * cached entry.
 * @throws CommandFailure (bad input) when no site is known.
 */
export async function refreshedSites(source: SiteSource): Promise<KnownSites> {
  if (source.given !== null) return await cachedSites(source);
  const folder = projectFolder(source.cwd);
  const state = stateFolder(source.cwd, source.given);
  const file = join(state, "sites.json");
  const cached = (await readSiteFile(file)) ?? [];
  const stacks = source.stacks ?? (isProject(folder) ? stacksOf(folder) : []);
  const asked = await sitesOfStacks(folder, stacks);
  const entries = [
    ...asked.entries,
    ...(asked.problems.length === 0 ? [] : cached.filter((c) => !asked.entries.some((e) => e.site === c.site))),
  ];
  if (entries.length === 0) {
    const reason =
      stacks.length === 0
        ? [
            `${folder}: no Pulumi project with stacks here; change into the project's folder, or give --stacks ` +
              "or --sites FILE",
          ]
        : asked.problems;
    throw badInput(...reason);
  }
  if (JSON.stringify(entries) !== JSON.stringify(cached)) await writeSiteFile(file, entries);
  return { entries, stateFolder: state, warnings: asked.problems };
}
