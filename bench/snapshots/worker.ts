import { Upload } from "@aws-sdk/lib-storage";
import { S3Client } from "@aws-sdk/client-s3";
import { createReadStream, createWriteStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Connection } from "../../snapshots/server/connection";
import { S3Store } from "../../snapshots/store/s3Store";
import { Dumper } from "../../snapshots/take/dump";
import { fetchSnapshot, newestOfSite } from "../../snapshots/restore/fetch";
import { Taker } from "../../snapshots/take/taker";
import type { SnapshotsFile } from "../../contract/snapshotsFile";

/** What the benchmark asks of a process of its own, so that its memory is its alone. */
export interface Task {
  readonly kind: "snapshot" | "plain-upload" | "restore" | "plain-download";
  readonly config: SnapshotsFile;
  /** Folder with accessKey and secretKey. */
  readonly credentials: string;
  readonly server: { readonly port: number; readonly folder: string };
  readonly file: string;
}

export interface Outcome {
  readonly seconds: number;
  readonly bytes: number;
  /** Bytes, of this process alone. */
  readonly peakRss: number;
}

/** Of what runs now: getrusage's would count the process that started it, up to its exec. */
const peakRss = (): number => Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1024;

async function carryOut(task: Task): Promise<number> {
  const { config, credentials, server } = task;
  const store = new S3Store({ ...config, credentials });
  if (task.kind === "snapshot") {
    const copy = {
      usable: true,
      reason: "",
      epoch: 1,
      dataVersion: { epoch: 1, sequence: Date.now() },
      runId: "run",
      version: "1",
    };
    const connect = () => Connection.open({ host: "127.0.0.1", port: server.port, username: null, password: null });
    const manifest = await new Taker({
      config,
      store,
      dumper: new Dumper(config.engine, server.folder, join(server.folder, "staging")),
      ask: () => Promise.resolve(copy),
      connect,
      dumpLimitMs: 300_000,
      now: Date.now,
    }).take("anew");
    return manifest.bytes;
  }
  const newest = await newestOfSite(store, config.prefix);
  const [first] = newest?.manifest.files ?? [];
  if (task.kind === "plain-upload") {
    const read = (name: string): string => readFileSync(join(credentials, name), "utf8").trim();
    const client = new S3Client({
      region: config.region,
      endpoint: config.endpoint ?? "",
      forcePathStyle: true,
      credentials: { accessKeyId: read("accessKey"), secretAccessKey: read("secretKey") },
    });
    let bytes = 0;
    await new Upload({
      client,
      params: {
        Bucket: config.bucket,
        Key: `${config.prefix}plain`,
        Body: createReadStream(task.file).on("data", (chunk) => (bytes += chunk.length)),
      },
    }).done();
    return bytes;
  }
  if (newest === null || first === undefined) throw new Error("there is no snapshot");
  if (task.kind === "restore") await fetchSnapshot(store, newest, join(server.folder, "fetched"));
  else await pipeline(await store.read(newest.folder + first.name), createWriteStream(task.file, { flush: true }));
  return newest.manifest.bytes;
}

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2] ?? "{}") as Task;
  const begun = performance.now();
  const bytes = await carryOut(task);
  const seconds = (performance.now() - begun) / 1000;
  const outcome: Outcome = { seconds, bytes, peakRss: peakRss() };
  process.stdout.write(JSON.stringify(outcome), () => process.exit(0));
}

void main();
