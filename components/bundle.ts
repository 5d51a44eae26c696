import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi";

/**
 * One of this project's processes as one file, and eight hex digits of its content for the name of the object that
 * holds it.
 */
export interface Bundle {
  readonly source: string;
  readonly hash: string;
}

export type BundleName = "guard" | "resolver" | "snapshots";

export const contentHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

/**
 * @param file in place of the one that "npm run build" makes.
 * @throws RunError when the bundle has not been built.
 */
export function readBundle(name: BundleName, file?: string): Bundle {
  // Beside the sources, and beside the published package's JavaScript.
  const places = [`../dist/bundles/${name}.cjs`, `../bundles/${name}.cjs`].map((place) => join(__dirname, place));
  const found = (file === undefined ? places : [file]).find((place) => existsSync(place));
  if (found === undefined) throw new RunError(`${name} bundle: not found at ${file ?? places[0]}; run "npm run build"`);
  const source = readFileSync(found, "utf8");
  return { source, hash: contentHash(source) };
}
