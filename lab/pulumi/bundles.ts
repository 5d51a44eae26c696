// Compiles each plugin into one file: a preview starts several, and one file starts in a tenth of a second.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { PROJECT_ROOT } from "../paths";
import { PLUGINS, type Plugin } from "./plugins";

export interface Bundle {
  readonly plugin: Plugin;
  /** JavaScript for Node 20, without dependencies. */
  readonly code: Buffer;
}

export async function bundlePlugins(): Promise<Bundle[]> {
  return Promise.all(PLUGINS.map(async (plugin) => ({ plugin, code: await bundle(join(__dirname, plugin.entry)) })));
}

async function bundle(entry: string): Promise<Buffer> {
  const { outputFiles } = await build({
    absWorkingDir: __dirname,
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    keepNames: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    legalComments: "none",
    logLevel: "warning",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`${entry}: esbuild made nothing of it`);
  return Buffer.from(file.contents);
}

/** Changes with anything the bundles are made of: the sources in this folder and the packages, by their lock file. */
export async function sourceHash(): Promise<string> {
  const entries = await readdir(__dirname, { recursive: true, withFileTypes: true });
  const sources = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const files = [...sources.sort(), join(PROJECT_ROOT, "package-lock.json")];
  return contentHash(await Promise.all(files.map((file) => readFile(file))));
}

/** Of the parts in this order. */
export function contentHash(parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(createHash("sha256").update(part).digest());
  return hash.digest("hex").slice(0, 16);
}
