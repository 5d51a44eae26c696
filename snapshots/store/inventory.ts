import { MANIFEST, parseKey } from "../layout";
import { parseManifest, type Manifest } from "../manifest";
import { SnapshotError } from "../snapshotError";
import type { ObjectStore, StoredObject } from "./objectStore";

/** One folder of a site's snapshots, as it is in the store. */
export interface StoredSnapshot {
  readonly folder: string;
  readonly id: string;
  readonly objects: readonly StoredObject[];
  /** When its last object arrived, in ms since 1970. */
  readonly changedAt: number;
  readonly state:
    /** With its manifest, and every file there in its size. */
    | { readonly kind: "good"; readonly manifest: Manifest }
    /** With a manifest that does not fit what is there. */
    | { readonly kind: "truncated"; readonly reason: string }
    /** Without one: on its way, or left behind. */
    | { readonly kind: "incomplete" };
}

/** Everything below a site's prefix, oldest first. @throws SnapshotError when the store does not answer. */
export async function readInventory(store: ObjectStore, prefix: string): Promise<StoredSnapshot[]> {
  const folders = new Map<string, { id: string; objects: StoredObject[] }>();
  for (const object of await store.list(prefix)) {
    const parsed = parseKey(prefix, object.key);
    if (parsed === null) continue;
    const known = folders.get(parsed.folder) ?? { id: parsed.id, objects: [] };
    known.objects.push(object);
    folders.set(parsed.folder, known);
  }
  const kept: StoredSnapshot[] = [];
  for (const [folder, { id, objects }] of folders) {
    kept.push({
      folder,
      id,
      objects,
      changedAt: Math.max(...objects.map((o) => o.changedAt)),
      state: await stateOf(store, folder, id, objects),
    });
  }
  return kept.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function stateOf(
  store: ObjectStore,
  folder: string,
  id: string,
  objects: readonly StoredObject[],
): Promise<StoredSnapshot["state"]> {
  if (!objects.some(({ key }) => key === folder + MANIFEST)) return { kind: "incomplete" };
  const text = await store.readText(folder + MANIFEST);
  let manifest: Manifest;
  try {
    manifest = parseManifest(text, `${id}/${MANIFEST}`);
  } catch (error) {
    return { kind: "truncated", reason: (error as Error).message };
  }
  if (manifest.id !== id) return { kind: "truncated", reason: `${id}/${MANIFEST}: is ${manifest.id}'s` };
  const wrong = manifest.files.find(
    (file) => objects.find(({ key }) => key === folder + file.name)?.bytes !== file.bytes,
  );
  if (wrong === undefined) return { kind: "good", manifest };
  const there = objects.find(({ key }) => key === folder + wrong.name)?.bytes;
  return {
    kind: "truncated",
    reason:
      `${id}/${wrong.name}: ${there === undefined ? "is not there" : `has ${there} bytes`}, the manifest says ` +
      `${wrong.bytes}`,
  };
}

export const isGood = (
  kept: StoredSnapshot,
): kept is StoredSnapshot & { readonly state: { readonly kind: "good"; readonly manifest: Manifest } } =>
  kept.state.kind === "good";

/** The newest that can be restored: by data version, then by time. */
export function newestGood(
  inventory: readonly StoredSnapshot[],
): (StoredSnapshot & { readonly state: { readonly kind: "good"; readonly manifest: Manifest } }) | null {
  const good = inventory.filter(isGood);
  const order = (m: Manifest): readonly [number, number, string] => [
    m.dataVersion.least.epoch,
    m.dataVersion.least.sequence,
    m.time,
  ];
  return good.reduce<(typeof good)[number] | null>(
    (best, each) =>
      best === null || compare(order(each.state.manifest), order(best.state.manifest)) > 0 ? each : best,
    null,
  );
}

function compare(a: readonly [number, number, string], b: readonly [number, number, string]): number {
  return a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0);
}

/** @throws SnapshotError when there is none of that name, or it is not whole. */
export function findSnapshot(
  inventory: readonly StoredSnapshot[],
  from: string,
): StoredSnapshot & { readonly state: { readonly kind: "good"; readonly manifest: Manifest } } {
  const found = from === "newest" ? newestGood(inventory) : inventory.find(({ id }) => id === from);
  if (found == null)
    throw new SnapshotError(
      "failed",
      from === "newest"
        ? "there is no snapshot to restore"
        : `there is no snapshot ${from}; dragonfly-dr status names the newest`,
    );
  if (found.state.kind === "truncated")
    throw new SnapshotError("truncated", `${found.state.reason}; restore another one`);
  if (!isGood(found))
    throw new SnapshotError(
      "truncated",
      `snapshot ${from} has no manifest: its upload never ended; restore another one`,
    );
  return found;
}
