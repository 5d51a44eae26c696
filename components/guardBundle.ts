import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi";

/** The guard as one file, and eight hex digits of its content for the name of the object that holds it. */
export interface GuardBundle {
  readonly source: string;
  readonly hash: string;
}

/** Beside the sources, and beside the published package's JavaScript. */
const PLACES = [join(__dirname, "../dist/bundles/guard.cjs"), join(__dirname, "../bundles/guard.cjs")];

export const contentHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

/** @throws RunError when the bundle has not been built. */
export function readGuardBundle(file?: string): GuardBundle {
  const found = [...(file === undefined ? PLACES : [file])].find((place) => existsSync(place));
  if (found === undefined) throw new RunError(`guard bundle: not found at ${file ?? PLACES[0]}; run "npm run build"`);
  const source = readFileSync(found, "utf8");
  return { source, hash: contentHash(source) };
}
