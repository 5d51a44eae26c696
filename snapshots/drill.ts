import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ports } from "../server/ports";
import { DATA_DIRECTORY } from "../contract/mounts";
import type { SnapshotsFile } from "../contract/snapshotsFile";
import { readSnapshotsFile } from "./config";
import { writeDrill } from "./drills";
import { MANIFEST } from "./layout";
import { parseManifest, type Manifest } from "./manifest";
import { CONFIG_FILE, credentialsFolder, log } from "./paths";
import type { DrillReport } from "../contract/snapshotsReport";
import { fetchSnapshot, newestOfSite } from "./restore/fetch";
import { place } from "./restore/place";
import { differences } from "./restore/prove";
import { Connection } from "./server/connection";
import { S3Store } from "./store/s3Store";
import { SnapshotError } from "./snapshotError";

const LOAD_LIMIT_MS = 1_800_000;
const STEP_MS = 250;

const openStore = (config: SnapshotsFile): S3Store => new S3Store({ ...config, credentials: credentialsFolder() });

/**
 * For the drill's pod: the newest snapshot into its empty volume, its manifest beside it. A failure is written down as
 * a drill that failed.
 */
export async function fetchForDrill(): Promise<void> {
  const config = readSnapshotsFile(CONFIG_FILE);
  const store = openStore(config);
  const begun = Date.now();
  let snapshot: string | null = null;
  try {
    const newest = await newestOfSite(store, config.prefix);
    if (newest === null) throw new SnapshotError("failed", "there is no snapshot to prove");
    snapshot = newest.manifest.id;
    await fetchSnapshot(store, newest, join(DATA_DIRECTORY, "fetched"));
    place(config.engine, join(DATA_DIRECTORY, "fetched"), DATA_DIRECTORY, join(DATA_DIRECTORY, "before"), new Date());
    writeFileSync(join(DATA_DIRECTORY, MANIFEST), JSON.stringify(newest.manifest));
    log(`fetched ${snapshot}`);
  } catch (error) {
    const { message } = error as Error;
    await writeDrill(store, config.prefix, receipt(config, begun, snapshot, [message], null)).catch(() => undefined);
    throw error;
  } finally {
    store.close();
  }
}

/**
 * Beside the throwaway server: waits until it has loaded, compares it with the manifest, and writes the receipt. Fails
 * when it is not the same.
 */
export async function prove(): Promise<void> {
  const config = readSnapshotsFile(CONFIG_FILE);
  const manifest = parseManifest(readFileSync(join(DATA_DIRECTORY, MANIFEST), "utf8"), MANIFEST);
  const store = openStore(config);
  const begun = Date.now();
  try {
    const report = await compare(config, manifest, begun).catch((error: Error) =>
      receipt(config, begun, manifest.id, [error.message], null),
    );
    await writeDrill(store, config.prefix, report);
    process.stdout.write(`${JSON.stringify(report)}\n`);
    if (report.outcome === "failed") throw new Error(report.problems.join("; "));
  } finally {
    store.close();
  }
}

async function compare(config: SnapshotsFile, manifest: Manifest, begun: number): Promise<DrillReport> {
  const server = await loadedServer(begun + LOAD_LIMIT_MS);
  try {
    const { problems, proof } = await differences(server, manifest);
    return receipt(config, begun, manifest.id, problems, { ...proof, bytes: manifest.bytes });
  } finally {
    server.close();
  }
}

/** @throws Error when the server has not loaded the dump in time. */
async function loadedServer(deadline: number): Promise<Connection> {
  for (;;) {
    try {
      const server = await Connection.open({ host: "127.0.0.1", port: ports.client, username: null, password: null });
      const info = await server.text("INFO", "persistence");
      if (/^loading:0/m.test(info)) return server;
      server.close();
    } catch (error) {
      if (Date.now() > deadline)
        throw new Error(`the throwaway server did not load the snapshot: ${(error as Error).message}`);
    }
    if (Date.now() > deadline) throw new Error("the throwaway server did not load the snapshot in time");
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}

const receipt = (
  config: SnapshotsFile,
  begun: number,
  snapshot: string | null,
  problems: readonly string[],
  proof: { readonly keys: number; readonly sampled: number; readonly bytes: number } | null,
): DrillReport => ({
  version: 1,
  site: config.site,
  snapshot,
  time: new Date().toISOString(),
  outcome: problems.length === 0 ? "proven" : "failed",
  problems,
  bytes: proof?.bytes ?? 0,
  keys: proof?.keys ?? 0,
  sampled: proof?.sampled ?? 0,
  seconds: (Date.now() - begun) / 1000,
});
