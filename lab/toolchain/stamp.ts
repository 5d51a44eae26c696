import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Written last into a folder of the cache: the folder is whole, and was made from what this hash stands for. */
const STAMP = "stamp.json";

/** A short hash of everything that decides what is made. */
export function recipeHash(parts: readonly string[]): string {
  const hash = createHash("sha256");
  // With each part's length, so that moving a border between two parts is a change.
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex").slice(0, 16);
}

/** Whether the folder was completed from this recipe, and holds the files it is to hold. */
export function isStamped(folder: string, recipe: string, files: readonly string[]): boolean {
  try {
    const stamp: unknown = JSON.parse(readFileSync(join(folder, STAMP), "utf8"));
    const same = typeof stamp === "object" && stamp !== null && "recipe" in stamp && stamp.recipe === recipe;
    return same && files.every((file) => existsSync(join(folder, file)));
  } catch {
    return false;
  }
}

/** By a rename, so that an interrupted run leaves no half of a stamp. */
export function writeStamp(folder: string, recipe: string): void {
  const aside = join(folder, `.${STAMP}.${process.pid}`);
  writeFileSync(aside, `${JSON.stringify({ recipe, madeAt: new Date().toISOString() })}\n`);
  renameSync(aside, join(folder, STAMP));
}
