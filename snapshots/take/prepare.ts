import { HEARTBEAT_KEY, parseHeartbeat } from "../../contract/heartbeat";
import { compareDataVersions } from "../../contract/epochs";
import type { DataVersion } from "../../contract/siteRole";
import type { SnapshotsFile } from "../../contract/snapshotsFile";
import { snapshotFolder } from "../layout";
import { snapshotId, type Manifest } from "../manifest";
import { rangesOf, readCounts } from "../server/counts";
import type { Connection } from "../server/connection";
import { readAgain, sampleChecksum, takeSample, unchanged } from "../server/sample";
import type { ObjectStore } from "../store/objectStore";
import { SnapshotError } from "../snapshotError";
import type { Dump, Dumper } from "./dump";
import { usableCopy, type CopyView } from "./guardView";

/** What one snapshot is taken with. */
export interface Hands {
  readonly config: SnapshotsFile;
  readonly store: ObjectStore;
  readonly dumper: Dumper;
  readonly ask: () => Promise<CopyView>;
  /** One that steers the server, and one that reads its keys (on Redis another user). */
  readonly connect: (as: "steering" | "reading") => Promise<Connection>;
  readonly dumpLimitMs: number;
  readonly now: () => number;
}

/** A copy that was asked and may be used. */
export type UsableCopy = CopyView & { readonly dataVersion: DataVersion };

/** A snapshot that lies on the server's volume, whole: nothing but its way to the store is left. */
export interface Draft {
  readonly id: string;
  /** In the store. */
  readonly folder: string;
  readonly runId: string;
  readonly dump: Dump;
  /** In ms since 1970. */
  readonly begun: number;
  readonly manifest: Omit<Manifest, "files" | "bytes" | "seconds">;
}

export function nameOf(
  { config }: Pick<Hands, "config">,
  copy: UsableCopy,
  begun: number,
): { readonly id: string; readonly folder: string } {
  const id = snapshotId(new Date(begun), copy.dataVersion);
  return { id, folder: snapshotFolder(config.prefix, copy.dataVersion.epoch, id) };
}

/**
 * Sample, dump, and the sample again. Nothing else waits for it: it holds no lock that the guard or the server would
 * need.
 * @throws SnapshotError, or what the server said; then no dump is kept.
 */
export async function prepare(hands: Hands, before: UsableCopy, begun: number): Promise<Draft> {
  const { config, dumper } = hands;
  const reading = await opened(() => hands.connect("reading"));
  const steering = await opened(() => hands.connect("steering")).catch((error: Error) => {
    reading.close();
    throw error;
  });
  let dump: Dump | null = null;
  try {
    const { id, folder } = nameOf(hands, before, begun);
    const databases = Object.keys(await readCounts(steering)).map(Number);
    const sampled = await takeSample(reading, databases);
    dump = await dumper.dump(steering, id, hands.dumpLimitMs);
    const after = await usableCopy(hands.ask);
    // A server that was restarted, or filled anew, is not the one that was sampled.
    if (after.runId !== before.runId) throw new SnapshotError("skipped", "the server was restarted meanwhile");
    // The guard's word may be half a second old, and the dump newer: the data itself is asked.
    const newest = newerOf(after.dataVersion, await heartbeatIn(steering));
    const sample = unchanged(sampled, await readAgain(reading, sampled));
    const { epoch } = before.dataVersion;
    const manifest: Draft["manifest"] = {
      version: 1,
      id,
      site: config.site,
      epoch,
      dataVersion: { least: before.dataVersion, most: newest },
      time: new Date(begun).toISOString(),
      server: { engine: config.engine, version: before.version },
      keys: rangesOf(dump.counts),
      sample: { asked: sampled.length, keys: sample, sha256: sampleChecksum(sample) },
    };
    return { id, folder, runId: before.runId, dump, begun, manifest };
  } catch (error) {
    if (dump !== null) dumper.release(dump);
    throw error;
  } finally {
    reading.close();
    steering.close();
  }
}

async function opened(open: () => Promise<Connection>): Promise<Connection> {
  try {
    return await open();
  } catch (error) {
    throw new SnapshotError("failed", `the server: ${(error as Error).message}`);
  }
}

async function heartbeatIn(server: Connection): Promise<DataVersion | null> {
  await server.call("SELECT", 0);
  const beat = parseHeartbeat(String(await server.call("GET", HEARTBEAT_KEY)));
  return beat === null ? null : { epoch: beat.epoch, sequence: beat.sequence };
}

const newerOf = (a: DataVersion, b: DataVersion | null): DataVersion =>
  b !== null && compareDataVersions(b, a) > 0 ? b : a;
