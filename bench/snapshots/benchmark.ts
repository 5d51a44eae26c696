import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { randomBytes } from "node:crypto";
import { build } from "esbuild";
import { siteName } from "../../server/types";
import { cacheDirectory } from "../../lab/paths";
import { Debian } from "../../lab/toolchain/debian";
import { DataServer, startStore, stopStore } from "../../test/snapshots/support";
import type { Benchmark } from "../section";
import type { Outcome, Task } from "./worker";

const MEBIBYTE = 2 ** 20;
const SIZES_MIB = [16, 64, 256];
const RUNS = 3;
const VALUE_BYTES = 16_384;

/** Snapshots beside the plain tools for the same: how fast, and in how much memory. */
export const snapshotsBenchmark: Benchmark = {
  name: "snapshots",
  title: "Snapshots",
  async run() {
    const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-bench-"));
    const worker = join(folder, "worker.cjs");
    await build({ entryPoints: [join(__dirname, "worker.ts")], outfile: worker, bundle: true, platform: "node", target: "node20", format: "cjs", minify: true, logLevel: "error" });
    try {
      const sizes = [];
      for (const size of SIZES_MIB) sizes.push(await measure(size, worker, folder));
      return describe(sizes);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface Size {
  readonly mebibytes: number;
  readonly fileBytes: number;
  readonly snapshot: readonly Outcome[];
  readonly dumpAndUpload: readonly { readonly seconds: number }[];
  readonly restore: readonly Outcome[];
  readonly download: readonly Outcome[];
}

/** Both ways in turn, so that whatever else the machine does is shared. */
async function measure(mebibytes: number, worker: string, folder: string): Promise<Size> {
  const s3 = await startStore();
  const server = await DataServer.start("redis");
  const credentials = join(folder, "credentials");
  execFileSync("mkdir", ["-p", credentials]);
  writeFileSync(join(credentials, "accessKey"), s3.access.accessKey);
  writeFileSync(join(credentials, "secretKey"), s3.access.secretKey);
  const file = join(folder, "plain.rdb");
  const { bucket, region, endpoint } = s3.access;
  const config: Task["config"] = { site: siteName("a"), engine: "redis", cron: null, bucket, region, endpoint, pathStyle: true, prefix: "cache/a/", retention: { days: 1, least: 1 }, restoreWhenEmpty: false, peers: [] };
  const carryOut = async (kind: Task["kind"]): Promise<Outcome> => {
    const task: Task = { kind, config, credentials, server: { port: server.port, folder: server.folder }, file };
    const { stdout } = await promisify(execFile)(process.execPath, ["--max-old-space-size=96", "--max-semi-space-size=2", worker, JSON.stringify(task)], { env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" } });
    return JSON.parse(stdout) as Outcome;
  };
  try {
    await fill(server, mebibytes);
    const [snapshot, dumpAndUpload, restore, download]: [Outcome[], { seconds: number }[], Outcome[], Outcome[]] = [[], [], [], []];
    for (let run = 0; run < RUNS; run++) {
      snapshot.push(await carryOut("snapshot"));
      const begun = performance.now();
      await redisCli(server.port, file);
      const dumped = (performance.now() - begun) / 1000;
      dumpAndUpload.push({ seconds: dumped + (await carryOut("plain-upload")).seconds });
      restore.push(await carryOut("restore"));
      download.push(await carryOut("plain-download"));
    }
    return { mebibytes, fileBytes: statSync(join(server.folder, "dump.rdb")).size, snapshot, dumpAndUpload, restore, download };
  } finally {
    await server.stop();
    await stopStore(s3);
  }
}

async function fill(server: DataServer, mebibytes: number): Promise<void> {
  const connection = await server.connect();
  const batch = 64;
  for (let i = 0; i < (mebibytes * MEBIBYTE) / VALUE_BYTES; i += batch) {
    // What cannot be compressed: the dump is as large as the data.
    await connection.pipeline(Array.from({ length: batch }, (_, at) => ["SET", `cache:${i + at}`, randomBytes(VALUE_BYTES)]));
  }
  await server.beat(1, connection);
  connection.close();
}

async function redisCli(port: number, file: string): Promise<void> {
  const debian = Debian.cached(cacheDirectory());
  if (debian === undefined) throw new Error('redis-cli: run "make toolchain" first');
  await promisify(execFile)(debian.program("redis-cli"), ["-p", String(port), "--rdb", file], { env: { ...process.env, LD_LIBRARY_PATH: debian.environment.LD_LIBRARY_PATH } });
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const median = (values: readonly number[]): number => sorted(values)[Math.floor(values.length / 2)] ?? Number.NaN;
const spread = (values: readonly number[], digits: number): string => `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`;

function describe(sizes: readonly Size[]): string {
  const rate = (size: Size, outcomes: readonly { readonly seconds: number }[]): number[] => outcomes.map(({ seconds }) => size.fileBytes / 1e6 / seconds);
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rows = sizes.map((size) => {
    const [taken, plain, restored, fetched] = [rate(size, size.snapshot), rate(size, size.dumpAndUpload), rate(size, size.restore), rate(size, size.download)];
    const ratio = (ours: readonly number[], theirs: readonly number[]): string => median(ours.map((value, at) => value / (theirs[at] ?? Number.NaN))).toFixed(2);
    const memory = size.snapshot.map(({ peakRss }) => peakRss / MEBIBYTE);
    const memoryBack = size.restore.map(({ peakRss }) => peakRss / MEBIBYTE);
    return row([`${size.mebibytes} MiB`, spread(taken, 0), spread(plain, 0), ratio(taken, plain), spread(restored, 0), spread(fetched, 0), ratio(restored, fetched), spread(memory, 0), spread(memoryBack, 0)]);
  });
  return [
    `Redis 7.0 with values that cannot be compressed, to versitygw on the same disk; ${RUNS} runs a size, both ways in turn; median (least to most). A snapshot is sample, dump, SHA-256, upload in parts, and a look at what arrived; beside it "redis-cli --rdb" into a file and the same client's plain upload of it. A restore checks length and SHA-256; beside it a plain download. MB/s count the dump's bytes.`,
    "",
    row(["data", "snapshot MB/s", "redis-cli --rdb + upload MB/s", "ratio", "restore MB/s", "download MB/s", "ratio", "peak RSS of a snapshot, MiB", "of a restore, MiB"]),
    row(Array.from({ length: 9 }, () => "---")),
    ...rows,
    "",
    "The peak RSS is of the whole process (Node and S3's client are the larger part): it must not grow with the data.",
  ].join("\n");
}
