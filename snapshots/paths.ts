import { existsSync } from "node:fs";
import { S3_DIRECTORY, SNAPSHOTS_DIRECTORY, SNAPSHOTS_FILE } from "../contract/mounts";

export const CONFIG_FILE = `${SNAPSHOTS_DIRECTORY}/${SNAPSHOTS_FILE}`;

/** null where the pod has an identity of its own (IRSA). */
export const credentialsFolder = (): string | null => (existsSync(S3_DIRECTORY) ? S3_DIRECTORY : null);

export function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
