import { existsSync } from "node:fs";

/** Where the pod's mounts are; see docs/architecture.md. */
export const CONFIG_FILE = "/etc/dragonfly-dr/snapshots/snapshots.json";
export const CREDENTIALS_DIR = "/etc/dragonfly-dr/s3";
export const PASSWORDS_DIR = "/etc/dragonfly-dr/passwords";
export const DATA_DIR = "/data";

/** null where the pod has an identity of its own (IRSA). */
export const credentialsFolder = (): string | null => (existsSync(CREDENTIALS_DIR) ? CREDENTIALS_DIR : null);

export function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
