import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { S3Server } from "../../lab/storage/s3Server";
import { S3Store } from "../../snapshots/store/s3Store";
import { uploadFile } from "../../snapshots/take/uploadFile";
import { SnapshotError } from "../../snapshots/snapshotError";
import { startStore, stopStore } from "./support";

const ROOT = join(__dirname, "../..");
const EXAMPLE = join(ROOT, "examples/on-premises");
const USER = "cache-primary-snapshots";
const BUCKET = "dragonfly-backups";

interface Statement {
  readonly Principal?: unknown;
}
const statements = (file: string): readonly Statement[] =>
  (JSON.parse(readFileSync(join(EXAMPLE, file), "utf8")) as { Statement: Statement[] }).Statement;

describe("the example on premises", function () {
  this.timeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-premises-"));
  const secretKey = randomBytes(24).toString("base64url");
  let s3: S3Server;
  const stores: S3Store[] = [];
  const storeAt = (prefix: string, bucket = BUCKET): S3Store => {
    const { region, endpoint } = s3.access;
    const store = new S3Store({
      bucket,
      region,
      endpoint,
      pathStyle: true,
      prefix,
      credentials: folder,
      timeoutMs: 30_000,
    });
    stores.push(store);
    return store;
  };

  before(async () => {
    s3 = await startStore();
    writeFileSync(join(folder, "accessKey"), USER);
    writeFileSync(join(folder, "secretKey"), secretKey);
  });
  after(async () => {
    stores.forEach((store) => store.close());
    await stopStore(s3);
    rmSync(folder, { recursive: true });
  });

  it("has five lines that make bucket and user, as the README gives them", () => {
    const lines = /```bash\n([^]*?)```/.exec(readFileSync(join(EXAMPLE, "README.md"), "utf8"))?.[1] ?? "";
    assert.equal(lines.trim().split("\n").length, 5);
    const { root } = JSON.parse(readFileSync(join(s3.options.directory, "credentials.json"), "utf8")) as {
      root: { accessKey: string; secretKey: string };
    };
    const { status, stdout, stderr } = spawnSync(
      "bash",
      ["-euo", "pipefail", "-c", lines.replace("https://s3.example.com", s3.access.endpoint)],
      {
        cwd: ROOT,
        encoding: "utf8",
        input: `${root.accessKey}\n${root.secretKey}\n${secretKey}\n`,
        env: { ...process.env, PATH: `${dirname(s3.options.program)}${delimiter}${process.env["PATH"] ?? ""}` },
      },
    );
    assert.equal(status, 0, stdout + stderr);
    assert.ok(!(stdout + stderr).includes(root.secretKey));
  });

  it("and with it the user keeps what is below its prefix", async () => {
    const store = storeAt("cache/primary/");
    const file = join(folder, "dump.rdb");
    // Three parts.
    writeFileSync(file, randomBytes(20 * 2 ** 20));
    const sent = await uploadFile(store, file, "cache/primary/e00000001/x/dump.rdb");
    assert.deepEqual(
      (await store.list("cache/primary/")).map(({ key, bytes }) => [key, bytes]),
      [["cache/primary/e00000001/x/dump.rdb", sent.bytes]],
    );
    await store.writeText("cache/primary/note", "text");
    assert.equal(await store.readText("cache/primary/note"), "text");
    await store.remove("cache/primary/e00000001/x/dump.rdb");
    assert.deepEqual(
      (await store.list("cache/primary/")).map(({ key }) => key),
      ["cache/primary/note"],
    );
  });

  it("and nothing else: not the other site's, not the whole bucket, not another bucket", async () => {
    const denied = (error: unknown): boolean => error instanceof SnapshotError && error.state === "denied";
    const other = storeAt("cache/dr/");
    await assert.rejects(other.list("cache/dr/"), denied);
    await assert.rejects(other.writeText("cache/dr/x", "x"), denied);
    await assert.rejects(other.readText("cache/dr/x"), denied);
    await assert.rejects(other.remove("cache/dr/x"), denied);
    await assert.rejects(other.list(""), denied);
    await assert.rejects(storeAt("cache/primary/", s3.access.bucket).list("cache/primary/"), denied);
  });

  it("says the same to a server with policies of users and to one with policies of buckets", () => {
    assert.deepEqual(
      statements("bucket-policy.json").map(({ Principal, ...rest }) => [Principal, rest]),
      statements("policy.json").map((statement) => [{ AWS: [USER] }, statement]),
    );
  });
});
