import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory } from "../../lab/paths";
import { Debian } from "../../lab/toolchain/debian";
import { DataServer, startStore, stopStore } from "../../test/snapshots/support";
import type { Benchmark } from "../section";
import { Beside, fillWithNoise } from "./beside";
import type { Outcome } from "./worker";

const MEBIBYTE = 2 ** 20;
/** Runs of each size in MiB. */
const SIZES = [
  { mebibytes: 16, runs: 3 },
  { mebibytes: 64, runs: 3 },
  { mebibytes: 256, runs: 3 },
  { mebibytes: 1024, runs: 2 },
];

/** Snapshots beside the plain tools for the same: how fast, and in how much memory. */
export const snapshotsBenchmark: Benchmark = {
  name: "snapshots",
  title: "Snapshots",
  async run() {
    const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-bench-"));
    try {
      const beside = await Beside.in(folder);
      const sizes = [];
      for (const size of SIZES) sizes.push(await measure(size, beside, join(folder, "plain.rdb")));
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
async function measure({ mebibytes, runs }: (typeof SIZES)[number], beside: Beside, file: string): Promise<Size> {
  const s3 = await startStore();
  const server = await DataServer.start("redis");
  try {
    await fillWithNoise(server, mebibytes);
    const [snapshot, dumpAndUpload, restore, download]: [Outcome[], { seconds: number }[], Outcome[], Outcome[]] = [
      [],
      [],
      [],
      [],
    ];
    for (let run = 0; run < runs; run++) {
      snapshot.push(await beside.carryOut("snapshot", server, s3));
      const begun = performance.now();
      await redisCli(server.port, file);
      const dumped = (performance.now() - begun) / 1000;
      dumpAndUpload.push({ seconds: dumped + (await beside.carryOut("plain-upload", server, s3, file)).seconds });
      restore.push(await beside.carryOut("restore", server, s3));
      download.push(await beside.carryOut("plain-download", server, s3, file));
      // The next run's own are enough room.
      for (const name of readdirSync(join(s3.data, s3.access.bucket, "cache", "a")))
        if (run + 1 < runs) rmSync(join(s3.data, s3.access.bucket, "cache", "a", name), { recursive: true });
    }
    return {
      mebibytes,
      fileBytes: statSync(join(server.folder, "dump.rdb")).size,
      snapshot,
      dumpAndUpload,
      restore,
      download,
    };
  } finally {
    await server.stop();
    await stopStore(s3);
  }
}

async function redisCli(port: number, file: string): Promise<void> {
  const debian = Debian.cached(cacheDirectory());
  if (debian === undefined) throw new Error('redis-cli: run "make toolchain" first');
  await promisify(execFile)(debian.program("redis-cli"), ["-p", String(port), "--rdb", file], {
    env: { ...process.env, LD_LIBRARY_PATH: debian.environment.LD_LIBRARY_PATH },
  });
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const median = (values: readonly number[]): number => sorted(values)[Math.floor(values.length / 2)] ?? Number.NaN;
const spread = (values: readonly number[], digits: number): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ` +
  `${Math.max(...values).toFixed(digits)})`;

function describe(sizes: readonly Size[]): string {
  const rate = (size: Size, outcomes: readonly { readonly seconds: number }[]): number[] =>
    outcomes.map(({ seconds }) => size.fileBytes / 1e6 / seconds);
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rows = sizes.map((size) => {
    const [taken, plain, restored, fetched] = [
      rate(size, size.snapshot),
      rate(size, size.dumpAndUpload),
      rate(size, size.restore),
      rate(size, size.download),
    ];
    const ratio = (ours: readonly number[], theirs: readonly number[]): string =>
      median(ours.map((value, at) => value / (theirs[at] ?? Number.NaN))).toFixed(2);
    const memory = size.snapshot.map(({ peakRss }) => peakRss / MEBIBYTE);
    const memoryBack = size.restore.map(({ peakRss }) => peakRss / MEBIBYTE);
    return row([
      `${size.mebibytes} MiB`,
      spread(taken, 0),
      spread(plain, 0),
      ratio(taken, plain),
      spread(restored, 0),
      spread(fetched, 0),
      ratio(restored, fetched),
      spread(memory, 0),
      spread(memoryBack, 0),
    ]);
  });
  return [
    "Redis 7.0 with values that cannot be compressed, to versitygw on the same disk; " +
      `${SIZES.map(({ mebibytes, runs }) => `${runs} runs of ${mebibytes} MiB`).join(", ")}, both ways in ` +
      "turn; median (least to most). A snapshot is sample, dump, SHA-256, upload in parts, and a look at what " +
      `arrived; beside it "redis-cli --rdb" into a file and the same client's plain upload of it. A restore ` +
      "checks length and SHA-256; beside it a plain download. MB/s count the dump's bytes.",
    "",
    row([
      "data",
      "snapshot MB/s",
      "redis-cli --rdb + upload MB/s",
      "ratio",
      "restore MB/s",
      "download MB/s",
      "ratio",
      "peak RSS of a snapshot, MiB",
      "of a restore, MiB",
    ]),
    row(Array.from({ length: 9 }, () => "---")),
    ...rows,
    "",
    "The peak RSS (VmHWM) is of the whole process; Node and S3's client are the larger part. A snapshot's " +
      `parts are two buffers of 8 MiB, used again and again: ${growth(sizes, (size) => size.snapshot)}. A ` +
      `restore's chunks are Node's own and freed by its collector: ${growth(sizes, (size) => size.restore)}. ` +
      "test/snapshots/memory.test.ts holds both to a bound.",
  ].join("\n");
}

function growth(sizes: readonly Size[], of: (size: Size) => readonly Outcome[]): string {
  const peak = (size: Size | undefined): number =>
    size === undefined ? Number.NaN : median(of(size).map(({ peakRss }) => peakRss / MEBIBYTE));
  const [first, last] = [sizes[0], sizes[sizes.length - 1]];
  const [from, to] = [peak(first), peak(last)];
  return (
    `from ${first?.mebibytes ?? 0} to ${last?.mebibytes ?? 0} MiB of data the peak goes from ` +
    `${from.toFixed(0)} to ${to.toFixed(0)} MiB`
  );
}
