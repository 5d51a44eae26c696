import { createHash } from "node:crypto";
import { createWriteStream, mkdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { SnapshotsFile } from "../../contract/snapshotsFile";
import { peerPrefix } from "../config";
import type { Manifest, ManifestFile } from "../manifest";
import { findSnapshot, isGood, newestGood, readInventory, type StoredSnapshot } from "../store/inventory";
import type { ObjectStore } from "../store/objectStore";
import { SnapshotError, snapshotErrorOf } from "../snapshotError";

/**
 * The snapshot that `from` names: an id, or "newest" of this site and of the peers whose snapshots can be read.
 * @throws SnapshotError
 */
export async function locate(
  store: ObjectStore,
  config: SnapshotsFile,
  from: string,
): Promise<{ readonly folder: string; readonly manifest: Manifest }> {
  const own = await readInventory(store, config.prefix);
  const found = findSnapshot(await withPeers(store, config, own), from);
  const { folder, state } = found;
  if (state.manifest.server.engine !== config.engine)
    throw new SnapshotError(
      "failed",
      `snapshot ${found.id} is of ${state.manifest.server.engine}, this site runs ${config.engine}; restore ` +
        "one of its own",
    );
  return { folder, manifest: state.manifest };
}

async function withPeers(
  store: ObjectStore,
  config: SnapshotsFile,
  own: readonly StoredSnapshot[],
): Promise<StoredSnapshot[]> {
  const all = [...own];
  for (const peer of config.peers) {
    // On AWS a site has a bucket of its own and no right to the others'.
    const theirs = await readInventory(store, peerPrefix(config, peer)).catch(() => []);
    all.push(...theirs.filter(isGood).filter((each) => !all.some(({ id }) => id === each.id)));
  }
  return all;
}

/** Of one site alone; null where it has none. */
export async function newestOfSite(
  store: ObjectStore,
  prefix: string,
): Promise<{ readonly folder: string; readonly manifest: Manifest } | null> {
  const newest = newestGood(await readInventory(store, prefix));
  return newest === null ? null : { folder: newest.folder, manifest: newest.state.manifest };
}

/**
 * Brings a snapshot's files into an empty folder, each with the bytes and the checksum that the manifest says. @throws
 * SnapshotError; then the folder is gone.
 */
export async function fetchSnapshot(
  store: ObjectStore,
  from: { readonly folder: string; readonly manifest: Manifest },
  into: string,
): Promise<void> {
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  try {
    const { bavail, bsize } = statfsSync(into);
    if (bavail * bsize < from.manifest.bytes)
      throw new SnapshotError(
        "disk-full",
        `the volume has ${bavail * bsize} bytes left, the snapshot needs ${from.manifest.bytes}; enlarge it, ` +
          "or remove old dumps",
      );
    for (const file of from.manifest.files) await fetchFile(store, from.folder, file, into);
  } catch (error) {
    rmSync(into, { recursive: true, force: true });
    throw snapshotErrorOf(error, `fetching ${from.manifest.id}`);
  }
}

/** Reads a snapshot's files and compares each with the manifest; keeps nothing. @throws SnapshotError */
export async function checkSnapshot(
  store: ObjectStore,
  from: { readonly folder: string; readonly manifest: Manifest },
): Promise<void> {
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    for (const file of from.manifest.files) await readFile(store, from.folder, file, nowhere());
  } catch (error) {
    throw snapshotErrorOf(error, `reading ${from.manifest.id}`);
  }
}

const fetchFile = (store: ObjectStore, folder: string, file: ManifestFile, into: string): Promise<void> =>
  readFile(store, folder, file, createWriteStream(join(into, file.name), { mode: 0o640, flush: true }));

async function readFile(store: ObjectStore, folder: string, file: ManifestFile, into: Writable): Promise<void> {
  const hash = createHash("sha256");
  let count = 0;
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      count += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(await store.read(folder + file.name), tap, into);
  if (count !== file.bytes)
    throw new SnapshotError(
      "truncated",
      `${file.name}: ${count} bytes came, the manifest says ${file.bytes}; restore another snapshot`,
    );
  if (hash.digest("hex") !== file.sha256)
    throw new SnapshotError("truncated", `${file.name}: its checksum is not the manifest's; restore another snapshot`);
}
