import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { S3Server } from "../../lab/storage/s3Server";
import { SnapshotError, snapshotErrorOf } from "../../snapshots/snapshotError";
import { Beside, DataServer, engines, startStore, stopStore, until } from "./support";

describe("what an error means", () => {
  const cases: readonly [string, object, string][] = [
    ["S3 denies", { name: "AccessDenied", message: "no", $metadata: { httpStatusCode: 403 } }, "denied"],
    [
      "a listing without a body",
      { name: "403", message: "UnknownError", $metadata: { httpStatusCode: 403 } },
      "denied",
    ],
    ["no credentials", { name: "CredentialsProviderError", message: "Could not load" }, "denied"],
    ["no bucket", { name: "NoSuchBucket", message: "gone", $metadata: { httpStatusCode: 404 } }, "no-bucket"],
    [
      "both address families refused",
      { name: "AggregateError", message: "", errors: [{ code: "ECONNREFUSED" }, { code: "ENETUNREACH" }] },
      "unreachable",
    ],
    ["no name", { code: "ENOTFOUND", message: "getaddrinfo" }, "unreachable"],
    [
      "a server that is ill",
      { name: "InternalError", message: "x", $metadata: { httpStatusCode: 500 } },
      "unreachable",
    ],
    ["no answer", { name: "TimeoutError", message: "x" }, "slow"],
    ["no room", { code: "ENOSPC", message: "write" }, "disk-full"],
    ["something else", { name: "TypeError", message: "x" }, "failed"],
  ];
  for (const [what, error, state] of cases)
    it(`${what}: ${state}`, () => assert.equal(snapshotErrorOf(error, "uploading").state, state));
  it("is kept where it is known already", () => {
    const known = new SnapshotError("skipped", "not in sync");
    assert.equal(snapshotErrorOf(known, "x"), known);
  });
});

/** A volume of its own and a size; only root may make one. */
function smallVolume(megabytes: number): string | null {
  const folder = mkdtempSync(join(tmpdir(), "dragonfly-dr-volume-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "ignore" });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
}

for (const engine of engines()) {
  describe(`a full volume below a real ${engine}`, function () {
    this.timeout(300_000);
    let volume: string | null = null;
    let s3: S3Server | null = null;
    let server: DataServer | null = null;
    let beside: Beside | null = null;
    afterEach(async () => {
      beside?.stop();
      await server?.kill();
      if (s3 !== null) await stopStore(s3);
      if (volume !== null) execFileSync("umount", [volume]);
      if (volume !== null) rmSync(volume, { recursive: true });
    });

    it("is told from other failures, the server serves on; with room again the next is good", async function () {
      volume = smallVolume(48);
      if (volume === null) return this.skip();
      s3 = await startStore();
      const data = join(volume, "data");
      mkdirSync(data);
      server = await DataServer.start(engine, data);
      await server.fill(20_000);
      const ballast = join(volume, "ballast");
      const leave = (left: number): void => {
        const { bavail, bsize } = statfsSync(data);
        writeFileSync(ballast, Buffer.alloc(bavail * bsize - left));
      };
      leave(64 * 1024);
      beside = new Beside(server, s3);
      const { snapshots } = beside;
      await snapshots.take();
      assert.equal(snapshots.report().state, "disk-full", snapshots.report().reason);
      const connection = await server.connect();
      // Redis refuses writes after a dump that failed where it has a schedule; this one has none.
      assert.equal(await connection.text("SET", "cache:during", "x"), "OK");
      connection.close();
      rmSync(ballast);
      await snapshots.take();
      assert.equal(snapshots.report().state, "ok", snapshots.report().reason);
      leave(64 * 1024);
      snapshots.restore("newest", 2);
      await until("the restore ends", () => snapshots.report().restore?.state !== "fetching");
      const { restore } = snapshots.report();
      assert.deepEqual(
        [restore?.state, /bytes left|no space|ENOSPC/i.test(restore?.reason ?? "")],
        ["failed", true],
        restore?.reason,
      );
      assert.ok(
        readdirSync(data).some((name) => /dump/.test(name)),
        "what was there is still there",
      );
    });
  });
}
