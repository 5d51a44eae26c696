import { readFileSync } from "node:fs";
import { parseSnapshotsFile, type SnapshotsFile } from "../contract/snapshotsFile";
import type { SiteName } from "../server/types";

/** @throws NotUnderstood naming every key that is missing or wrong. */
export const readSnapshotsFile = (file: string): SnapshotsFile => parseSnapshotsFile(readFileSync(file, "utf8"), file);

/** Where a peer's snapshots lie in the same bucket. */
export const peerPrefix = (config: SnapshotsFile, peer: SiteName): string =>
  `${config.prefix.slice(0, -`${config.site}/`.length)}${peer}/`;
