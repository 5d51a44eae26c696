import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { contentHash } from "./guardBundle";

/** The snapshots' process as one file, and eight hex digits of its content for the name of the object that holds it. */
export interface SnapshotsBundle {
  readonly source: string;
  readonly hash: string;
}

/** Beside the sources, and beside the published package's JavaScript. */
const PLACES = [join(__dirname, "../dist/bundles/snapshots.cjs"), join(__dirname, "../bundles/snapshots.cjs")];

/** @throws RunError when the bundle has not been built. */
export function readSnapshotsBundle(file?: string): SnapshotsBundle {
  const found = [...(file === undefined ? PLACES : [file])].find((place) => existsSync(place));
  if (found === undefined) throw new RunError(`snapshots bundle: not found at ${file ?? PLACES[0]}; run "npm run build"`);
  const source = readFileSync(found, "utf8");
  return { source, hash: contentHash(source) };
}
