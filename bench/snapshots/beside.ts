import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { S3Server } from "../../lab/storage/s3Server";
import { siteName } from "../../server/types";
import type { DataServer } from "../../test/snapshots/support";
import type { Outcome, Task } from "./worker";

const MEBIBYTE = 2 ** 20;
const VALUE_BYTES = 16_384;
const BATCH = 64;
/** As its container runs it (components/snapshots/containers.ts). */
const NODE_FLAGS = ["--max-old-space-size=96", "--max-semi-space-size=2"];

/** What is measured, each time in a process of its own, as one file, as in its container. */
export class Beside {
  private constructor(
    private readonly worker: string,
    private readonly folder: string,
  ) {}

  static async in(folder: string): Promise<Beside> {
    const worker = join(folder, "worker.cjs");
    await build({
      entryPoints: [join(__dirname, "worker.ts")],
      outfile: worker,
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      minify: true,
      logLevel: "error",
    });
    return new Beside(worker, folder);
  }

  async carryOut(
    kind: Task["kind"],
    server: DataServer,
    s3: S3Server,
    file = join(this.folder, "plain.rdb"),
  ): Promise<Outcome> {
    const { bucket, region, endpoint, accessKey, secretKey } = s3.access;
    const credentials = join(this.folder, "credentials");
    mkdirSync(credentials, { recursive: true, mode: 0o700 });
    writeFileSync(join(credentials, "accessKey"), accessKey);
    writeFileSync(join(credentials, "secretKey"), secretKey);
    const task: Task = {
      kind,
      config: {
        site: siteName("a"),
        engine: server.engine,
        cron: null,
        bucket,
        region,
        endpoint,
        pathStyle: true,
        prefix: "cache/a/",
        retention: { days: 1, least: 1 },
        restoreWhenEmpty: false,
        peers: [],
      },
      credentials,
      server: { port: server.port, folder: server.folder },
      file,
    };
    const { stdout } = await promisify(execFile)(process.execPath, [...NODE_FLAGS, this.worker, JSON.stringify(task)], {
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    });
    return JSON.parse(stdout) as Outcome;
  }
}

/** Values that cannot be compressed: the dump is as large as the data. */
export async function fillWithNoise(server: DataServer, mebibytes: number): Promise<void> {
  const connection = await server.connect();
  for (let i = 0; i < (mebibytes * MEBIBYTE) / VALUE_BYTES; i += BATCH) {
    await connection.pipeline(
      Array.from({ length: BATCH }, (_, at) => ["SET", `cache:${i + at}`, randomBytes(VALUE_BYTES)]),
    );
  }
  await server.beat(1, connection);
  connection.close();
}
