import { join } from "node:path";
import { bytes } from "../../server/types";
import { MANIFEST } from "../layout";
import type { Manifest, ManifestFile } from "../manifest";
import type { ObjectStore } from "../store/objectStore";
import { SnapshotError } from "../snapshotError";
import type { Draft } from "./prepare";
import { uploadFile } from "./uploadFile";

/**
 * Brings a draft into the store: its files, and the manifest last. What an earlier try has brought there is not sent
 * again.
 * @param sent - files that were sent, by name; added to as they are.
 * @throws SnapshotError; the draft can be sent again.
 */
export async function send(
  store: ObjectStore,
  draft: Draft,
  sent: Map<string, ManifestFile>,
  now: () => number,
): Promise<Manifest> {
  const { dump, folder, begun } = draft;
  const there = await sizesIn(store, folder);
  for (const name of dump.files) {
    const before = sent.get(name);
    if (before === undefined || there.get(folder + name) !== before.bytes)
      sent.set(name, await uploadFile(store, join(dump.folder, name), folder + name));
  }
  const files = dump.files.flatMap((name) => sent.get(name) ?? []);
  await mustHaveArrived(store, folder, files);
  const manifest: Manifest = {
    ...draft.manifest,
    files,
    bytes: bytes(files.reduce((sum, file) => sum + file.bytes, 0)),
    seconds: (now() - begun) / 1000,
  };
  await store.writeText(folder + MANIFEST, JSON.stringify(manifest));
  return manifest;
}

/** What the store says that it has, not what it said when it took it. */
async function mustHaveArrived(store: ObjectStore, folder: string, files: readonly ManifestFile[]): Promise<void> {
  const there = await sizesIn(store, folder);
  for (const { name, bytes: size } of files) {
    const found = there.get(folder + name);
    if (found !== size)
      throw new SnapshotError(
        "truncated",
        `${folder}${name}: the store has ${found === undefined ? "nothing" : `${found} bytes`}, ${size} were ` +
          "sent; it loses data",
      );
  }
}

const sizesIn = async (store: ObjectStore, folder: string): Promise<ReadonlyMap<string, number>> =>
  new Map((await store.list(folder)).map(({ key, bytes: size }) => [key, size]));
