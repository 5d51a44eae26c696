// Makes a PULUMI_HOME in which the engine finds the plugins of the lab and downloads nothing.
// Stands in for `pulumi plugin install` and for the official archive, which holds the language host beside the CLI.
import { existsSync } from "node:fs";
import { chmod, copyFile, link, mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { type Bundle, bundlePlugins, contentHash, sourceHash } from "./bundles";

const HOME_PREFIX = "pulumi-home-";
const UNUSED_MS = 24 * 3_600_000;

export interface InstallOptions {
  /** The lab's cache folder; a home is made in it once for each state of the plugins and the CLI. */
  readonly cacheDir: string;
  /** The CLI, as built. */
  readonly pulumiBinary: string;
}

export interface PulumiHome {
  /** The folder of the CLI and the language host. */
  readonly bin: string;
  /**
   * PULUMI_HOME, a PATH that begins with the CLI, and what keeps the engine from the network. The caller adds
   * PULUMI_BACKEND_URL and PULUMI_CONFIG_PASSPHRASE_FILE.
   */
  readonly env: Record<string, string>;
}

/** Safe to call from several processes at once; fast when the home is there. Throws when the CLI is not built. */
export async function installPulumiHome({ cacheDir, pulumiBinary }: InstallOptions): Promise<PulumiHome> {
  if (!existsSync(pulumiBinary))
    throw new Error(`${pulumiBinary}: the Pulumi CLI is not there; build the lab's tools first`);
  // The CLI has over 100 MB: its size and time stand for its content.
  const { size, mtimeMs } = await stat(pulumiBinary);
  const key = contentHash([await sourceHash(), pulumiBinary, `${size} ${mtimeMs}`, process.execPath]);
  const home = join(cacheDir, `${HOME_PREFIX}${key}`);
  if (!existsSync(home)) await makeHome(home, pulumiBinary, await bundlePlugins());
  const now = new Date();
  await utimes(home, now, now);
  await removeUnused(cacheDir, now);
  const bin = join(home, "bin");
  return {
    bin,
    env: {
      PULUMI_HOME: home,
      PATH: [bin, process.env["PATH"] ?? ""].join(delimiter),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Types are checked by `npm run typecheck`; checking them again costs seconds in every preview.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    },
  };
}

/**
 * Homes of earlier states, and what an interrupted run left, once nobody has used them for a day: an engine may be
 * running from one.
 */
async function removeUnused(cacheDir: string, now: Date): Promise<void> {
  const homes = (await readdir(cacheDir))
    .filter((name) => name.startsWith(HOME_PREFIX))
    .map((name) => join(cacheDir, name));
  for (const home of homes) {
    const used = await stat(home).then(
      ({ mtimeMs }) => mtimeMs,
      () => now.getTime(),
    );
    if (now.getTime() - used > UNUSED_MS) await rm(home, { recursive: true, force: true });
  }
}

/** Made aside and renamed, so that nobody finds half a home. */
async function makeHome(home: string, pulumiBinary: string, bundles: readonly Bundle[]): Promise<void> {
  await mkdir(dirname(home), { recursive: true });
  const aside = await mkdtemp(`${home}.`);
  try {
    await fillHome(aside, home, pulumiBinary, bundles);
    await rename(aside, home);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    // Another process was faster: what it made has the same content.
    if (!existsSync(home)) throw error;
  }
}

async function fillHome(folder: string, home: string, pulumiBinary: string, bundles: readonly Bundle[]): Promise<void> {
  await mkdir(join(folder, "bin"), { recursive: true });
  await linkOrCopy(pulumiBinary, join(folder, "bin", "pulumi"));
  for (const { plugin, code } of bundles) {
    const directory = join(folder, plugin.directory);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, `${plugin.executable}.cjs`), code);
    const executable = join(directory, plugin.executable);
    await writeFile(executable, wrapper(join(home, plugin.directory, `${plugin.executable}.cjs`)));
    await chmod(executable, 0o755);
  }
}

/** The engine follows a symbolic link to its own executable and would look for the language host there. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    await copyFile(from, to);
    await chmod(to, 0o755);
  }
}

function wrapper(script: string): string {
  return `#!/bin/sh\nexec ${shellQuote(process.execPath)} ${shellQuote(script)} "$@"\n`;
}

export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
