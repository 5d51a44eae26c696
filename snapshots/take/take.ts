import { join } from "node:path";
import { HEARTBEAT_KEY, parseHeartbeat } from "../../guard/heartbeat";
import { compareDataVersions, type DataVersion } from "../../guard/siterole";
import { bytes } from "../../server/types";
import type { SnapshotConfig } from "../config";
import { MANIFEST, snapshotFolder } from "../layout";
import { snapshotId, type Manifest, type ManifestFile } from "../manifest";
import { rangesOf, readCounts } from "../server/counts";
import type { Connection } from "../server/connection";
import { readAgain, sampleChecksum, takeSample, unchanged } from "../server/sample";
import type { ObjectStore } from "../store/objectStore";
import { Trouble, troubleOf } from "../trouble";
import type { Dumper } from "./dump";
import { usableCopy, type CopyView } from "./guardView";
import { uploadFile } from "./uploadFile";

/** What one snapshot is taken with. */
export interface Hands {
  readonly config: SnapshotConfig;
  readonly store: ObjectStore;
  readonly dumper: Dumper;
  readonly ask: () => Promise<CopyView>;
  /** One that steers the server, and one that reads its keys (on Redis another user). */
  readonly connect: (as: "steering" | "reading") => Promise<Connection>;
  readonly dumpLimitMs: number;
  readonly now: () => number;
}

/**
 * Takes one snapshot: sample, dump, sample, files, and the manifest last. Nothing else waits for it: it holds no lock that the
 * guard or the server would need.
 * @throws Trouble; then there is no new snapshot, and what was uploaded is removed by pruning.
 */
export async function takeSnapshot(hands: Hands): Promise<Manifest> {
  const { config, store, dumper } = hands;
  const begun = hands.now();
  const before = await usableCopy(hands.ask);
  const id = snapshotId(new Date(begun), before.dataVersion);
  const folder = snapshotFolder(config.prefix, before.dataVersion.epoch, id);
  // Known before the server is made to dump: a store that is away costs nothing then.
  await store.list(folder);

  const reading = await opened(() => hands.connect("reading"));
  const steering = await opened(() => hands.connect("steering")).catch((error: Error) => {
    reading.close();
    throw error;
  });
  try {
    const databases = Object.keys(await readCounts(steering)).map(Number);
    const sampled = await takeSample(reading, databases);
    const dump = await dumper.dump(steering, id, hands.dumpLimitMs);
    try {
      const after = await usableCopy(hands.ask);
      // A server that was restarted, or filled anew, is not the one that was sampled.
      if (after.runId !== before.runId) throw new Trouble("skipped", "the server was restarted meanwhile");
      // The guard's word may be half a second old, and the dump newer: the data itself is asked.
      const newest = newerOf(after.dataVersion, await heartbeatIn(steering));
      const sample = unchanged(sampled, await readAgain(reading, sampled));
      const files: ManifestFile[] = [];
      for (const name of dump.files) files.push(await uploadFile(store, join(dump.folder, name), folder + name));
      await mustHaveArrived(store, folder, files);
      const manifest: Manifest = {
        version: 1,
        id,
        site: config.site,
        epoch: before.dataVersion.epoch,
        dataVersion: { least: before.dataVersion, most: newest },
        time: new Date(begun).toISOString(),
        server: { engine: config.engine, version: before.version },
        keys: rangesOf(dump.counts),
        sample: { asked: sampled.length, keys: sample, sha256: sampleChecksum(sample) },
        files,
        bytes: bytes(files.reduce((sum, file) => sum + file.bytes, 0)),
        seconds: (hands.now() - begun) / 1000,
      };
      await store.writeText(folder + MANIFEST, JSON.stringify(manifest));
      return manifest;
    } finally {
      dumper.release(dump);
    }
  } catch (error) {
    throw troubleOf(error, "taking a snapshot");
  } finally {
    reading.close();
    steering.close();
  }
}

async function opened(open: () => Promise<Connection>): Promise<Connection> {
  try {
    return await open();
  } catch (error) {
    throw new Trouble("failed", `the server: ${(error as Error).message}`);
  }
}

/** What the store says that it has, not what it said when it took it. */
async function mustHaveArrived(store: ObjectStore, folder: string, files: readonly ManifestFile[]): Promise<void> {
  const there = await store.list(folder);
  for (const { name, bytes: size } of files) {
    const found = there.find(({ key }) => key === folder + name);
    if (found?.bytes !== size) throw new Trouble("truncated", `${folder}${name}: the store has ${found === undefined ? "nothing" : `${found.bytes} bytes`}, ${size} were sent; it loses data`);
  }
}

async function heartbeatIn(server: Connection): Promise<DataVersion | null> {
  await server.call("SELECT", 0);
  const beat = parseHeartbeat(String(await server.call("GET", HEARTBEAT_KEY)));
  return beat === null ? null : { epoch: beat.epoch, sequence: beat.sequence };
}

const newerOf = (a: DataVersion, b: DataVersion | null): DataVersion => (b !== null && compareDataVersions(b, a) > 0 ? b : a);
