import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { S3Server } from "../../lab/storage/s3Server";
import { parseManifest } from "../../snapshots/manifest";
import { differences } from "../../snapshots/restore/prove";
import { Beside, DataServer, engines, startStore, stopStore, until } from "./support";

const HOUR = 3_600_000;

for (const engine of engines()) {
  describe(`snapshots of a real ${engine}, to an S3 server`, function () {
    this.timeout(300_000);
    let s3: S3Server;
    let server: DataServer;
    let beside: Beside;
    const made: Beside[] = [];
    const standBeside = (given: ConstructorParameters<typeof Beside>[2] = {}): Beside => {
      const each = new Beside(server, s3, given);
      made.push(each);
      return each;
    };
    const report = (of = beside) => of.snapshots.report();
    const taken = async (of = beside): Promise<string> => {
      await of.snapshots.take();
      assert.equal(report(of).state, "ok", report(of).reason);
      const { newest } = report(of);
      assert.ok(newest);
      return newest.id;
    };
    const inBucket = (folder = "cache/a"): string[] =>
      readdirSync(join(s3.data, s3.access.bucket, folder), { recursive: true })
        .map(String)
        .filter((name) => /\.(json|rdb|dfs)$/.test(name));
    const restored = async (
      from: string,
      epoch = 2,
      of = beside,
    ): Promise<ReturnType<Beside["snapshots"]["restore"]>> => {
      of.snapshots.restore(from, epoch);
      await until(
        "the restore ends",
        () => report(of).restore?.state !== "fetching",
        () => report(of).restore,
      );
      const { restore } = report(of);
      assert.ok(restore);
      return restore;
    };

    before(async () => {
      s3 = await startStore();
    });
    after(() => stopStore(s3));
    beforeEach(async () => {
      rmSync(join(s3.data, s3.access.bucket, "cache"), { recursive: true, force: true });
      server = await DataServer.start(engine);
      beside = standBeside();
      await server.fill(3_000);
    });
    afterEach(async () => {
      made.splice(0).forEach((each) => each.stop());
      await server.stop();
    });

    it("are proven by another server, key by key of the sample", async () => {
      const id = await taken();
      const manifest = parseManifest(await beside.store.readText(`cache/a/e00000001/${id}/manifest.json`), "manifest");
      assert.equal(manifest.sample.keys.length, 256);
      assert.ok(manifest.files.length >= (engine === "dragonfly" ? 2 : 1));
      assert.deepEqual(manifest.keys, { 0: { least: 3_007, most: 3_007 } });
      await server.kill();
      for (const name of readdirSync(server.folder)) rmSync(join(server.folder, name), { recursive: true });
      assert.deepEqual((await restored(id)).state, "placed");
      await server.run();
      const connection = await server.connect();
      const { problems, proof } = await differences(connection, manifest);
      assert.deepEqual(problems, []);
      assert.equal(proof.sampled, 256);
      await connection.pipeline([
        ["DEL", "cache:1"],
        ["SET", "cache:2", "changed"],
        ["SET", "cache:new", "x"],
        ["SET", "cache:newer", "x"],
        ["SET", "__dr:heartbeat", "none"],
      ]);
      for (const { key } of manifest.sample.keys.slice(0, 3))
        // Whichever they are, their count stays.
        await connection.call("SET", Buffer.from(key, "base64"), "other", "XX", "KEEPTTL");
      const broken = (await differences(connection, manifest)).problems.join("\n");
      assert.match(broken, /3008 keys without expiry/);
      assert.match(broken, /no heartbeat/);
      assert.match(broken, /[345] of 256 sampled keys/);
      connection.close();
    });

    it("say what moved while the dump was taken as a range, and sample only what stood still", async () => {
      const connection = await server.connect();
      let writing = true;
      let next = 0;
      const writer = (async () => {
        while (writing)
          await connection.pipeline(
            Array.from({ length: 20 }, () => ["SET", `cache:${next++ % 3_000}`, `moved ${next}`]).concat([
              ["SET", `fresh:${next}`, "x"],
            ]),
          );
      })();
      const id = await taken();
      writing = false;
      await writer;
      const manifest = parseManifest(await beside.store.readText(`cache/a/e00000001/${id}/manifest.json`), "manifest");
      assert.ok((manifest.keys["0"]?.most ?? 0) >= (manifest.keys["0"]?.least ?? 0));
      await server.kill();
      await restored(id);
      await server.run();
      const again = await server.connect();
      assert.deepEqual((await differences(again, manifest)).problems, []);
      again.close();
      connection.close();
    });

    it("are never taken of a copy that is not in sync, nor when the server was restarted meanwhile", async () => {
      beside.copy = { ...beside.copy, usable: false, reason: "not in sync (Syncing: full sync from b)" };
      await beside.snapshots.take("r1");
      assert.deepEqual([report().state, report().reason], ["skipped", "not in sync (Syncing: full sync from b)"]);
      assert.equal(report().request?.state, "failed");
      assert.equal(existsSync(join(s3.data, s3.access.bucket, "cache")), false);
      let asked = 0;
      Object.defineProperty(beside, "copy", {
        get: () => ({
          usable: true,
          reason: "",
          epoch: 1,
          dataVersion: { epoch: 1, sequence: 7 },
          runId: `run ${asked++}`,
          version: "1",
        }),
      });
      await beside.snapshots.take();
      assert.equal(report().state, "skipped");
      assert.match(report().reason, /restarted/);
      assert.equal(report().newest, null);
    });

    it("are pruned by manifest, halves after a day; the newest good one and other sites' always stay", async () => {
      const other = standBeside({ prefix: "cache/b/" });
      await taken(other);
      const ids: string[] = [];
      for (let i = 0; i < 4; i++) {
        beside.later = i * 24 * HOUR * 10;
        beside.copy = { ...beside.copy, dataVersion: { epoch: 1, sequence: 7 + i } };
        ids.push(await taken());
      }
      assert.equal(report().count, 2, "least 2; those of the last 14 days are the same two");
      assert.deepEqual(report().newest?.id, ids[3]);
      const names = inBucket();
      assert.equal(
        names.some((name) => name.includes(ids[0] ?? "")),
        false,
      );
      await beside.store.writeText(`cache/a/e00000001/${(ids[3] ?? "").replace(/-7.*|-\d+$/, "-99")}/dump.rdb`, "half");
      beside.later = 60 * 24 * HOUR;
      beside.copy = { ...beside.copy, dataVersion: { epoch: 1, sequence: 90 } };
      await taken();
      assert.equal(
        inBucket().some((name) => name.includes("-99/")),
        false,
        "an upload that never ended is removed",
      );
      assert.equal(inBucket("cache/b").filter((name) => name.endsWith("manifest.json")).length, 1);
    });

    it("are read and compared on request, and nothing is placed", async () => {
      const id = await taken();
      const check = async (from: string, request: string) => {
        await beside.snapshots.check(from, request);
        return report().request;
      };
      assert.deepEqual(await check("newest", "r1"), { id: "r1", state: "done", snapshot: id, reason: "" });
      assert.deepEqual(await check(id, "r2"), { id: "r2", state: "done", snapshot: id, reason: "" });
      const absent = await check("20260101T000000Z-e1-1", "r3");
      assert.deepEqual([absent?.state, absent?.snapshot], ["failed", null]);
      assert.match(absent?.reason ?? "", /there is no snapshot 20260101T000000Z-e1-1/);
      const file = inBucket().find((name) => name.endsWith(".rdb") || name.endsWith(".dfs")) ?? "";
      const path = join(s3.data, s3.access.bucket, "cache/a", file);
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      writeFileSync(path, bytes);
      assert.match((await check(id, "r4"))?.reason ?? "", /[Cc]hecksum/);
      assert.equal(report().restore, null);
    });

    it("of which the newest was cut short say so, and the one before is restored", async () => {
      const first = await taken();
      beside.later = 2 * HOUR;
      beside.copy = { ...beside.copy, dataVersion: { epoch: 1, sequence: 9 } };
      const second = await taken();
      const file = inBucket().find(
        (name) => name.includes(second) && !name.endsWith(".json") && !name.includes("summary"),
      );
      truncateSync(join(s3.data, s3.access.bucket, "cache/a", file ?? ""), 10);
      await beside.snapshots.look();
      assert.equal(report().state, "truncated");
      assert.match(report().reason, /has 10 bytes, the manifest says/);
      assert.equal(report().newest?.id, first);
      const refusal = await restored(second);
      assert.deepEqual([refusal.state, /truncated|bytes/.test(refusal.reason)], ["failed", true]);
      const placed = await restored("newest", 3);
      assert.deepEqual([placed.state, placed.id], ["placed", first]);
    });

    it("keep the server's own dumps on its volume, but not for ever", async () => {
      for (let i = 0; i < 4; i++) {
        const connection = await server.connect();
        await connection.call("SET", `cache:again:${i}`, "x");
        connection.close();
        beside.copy = { ...beside.copy, dataVersion: { epoch: 1, sequence: 20 + i } };
        await taken();
        // The names carry seconds.
        if (engine === "dragonfly") await new Promise((resolve) => setTimeout(resolve, 1_100));
      }
      const dumps = readdirSync(server.folder).filter((name) =>
        engine === "redis" ? name === "dump.rdb" : name.endsWith("-summary.dfs"),
      );
      assert.equal(dumps.length, engine === "redis" ? 1 : 2);
      assert.deepEqual(
        readdirSync(join(server.folder, "snapshots")).filter(
          (name) => name === "staging" && readdirSync(join(server.folder, "snapshots", name)).length > 0,
        ),
        [],
      );
    });

    for (const [what, given, state] of [
      ["a wrong key", { secretKey: "wrong" }, "denied"],
      ["a bucket that is not there", { bucket: "no-such-bucket" }, "no-bucket"],
      ["an address where nobody listens", { endpoint: "http://127.0.0.1:1" }, "unreachable"],
    ] as const) {
      it(`say what is wrong with ${what}, without making the server dump`, async () => {
        const troubled = standBeside(given);
        await troubled.snapshots.look();
        assert.equal(report(troubled).state, state, report(troubled).reason);
        await troubled.snapshots.take("r");
        assert.equal(report(troubled).state, state, report(troubled).reason);
        assert.match(report(troubled).request?.reason ?? "", new RegExp(`^${state}: `));
        assert.ok(!JSON.stringify(report(troubled)).includes(s3.access.secretKey));
        assert.deepEqual(
          readdirSync(server.folder).filter((name) => /dump/.test(name)),
          [],
        );
      });
    }

    it("fail as slow while the store is frozen, and go on when it is back; the server serves on", async () => {
      const first = await taken();
      const pid = s3.service?.pid ?? 0;
      const frozen = standBeside({ timeoutMs: 1_000 });
      process.kill(pid, "SIGSTOP");
      try {
        await frozen.snapshots.take();
        assert.equal(report(frozen).state, "slow", report(frozen).reason);
        const connection = await server.connect();
        assert.equal(await connection.text("SET", "cache:during", "x"), "OK");
        connection.close();
      } finally {
        process.kill(pid, "SIGCONT");
      }
      frozen.copy = { ...frozen.copy, dataVersion: { epoch: 1, sequence: 30 } };
      frozen.later = HOUR;
      assert.notEqual(await taken(frozen), first);
    });

    it("asked for while one is under way are of what the server held when they were asked for", async () => {
      const first = beside.snapshots.take("first");
      await until("the first has its dump", () => existsSync(join(server.folder, "snapshots", "staging")), report);
      const connection = await server.connect();
      await connection.call("SET", "cache:between", "x");
      const counted = Number(await connection.call("DBSIZE"));
      connection.close();
      beside.later = HOUR;
      const second = beside.snapshots.take("second");
      await Promise.all([first, second]);
      assert.deepEqual(
        [report().request?.id, report().request?.state, report().count],
        ["second", "done", 2],
        report().reason,
      );
      const manifest = parseManifest(
        await beside.store.readText(`cache/a/e00000001/${report().request?.snapshot ?? ""}/manifest.json`),
        "manifest",
      );
      assert.equal(manifest.keys["0"]?.least, counted - 1, "all but the one that expires");
      // While the store is tidied the snapshot itself is over: a request then is not forgotten.
      beside.later = 1.5 * HOUR;
      const told = beside.says(/^snapshot /);
      const third = beside.snapshots.take();
      const line = await told;
      assert.ok(
        report().busy && line.startsWith(`snapshot ${report().reason.replace("took ", "")}: `),
        "it is tidying",
      );
      beside.later = 2 * HOUR;
      await beside.snapshots.take("fourth");
      await third;
      assert.equal(report().request?.state, "done");
    });

    it("do not hold a dump that was under way against the guard: theirs waits, and both are whole", async () => {
      const connection = await server.connect();
      await connection.call("BGSAVE");
      await taken();
      connection.close();
    });
  });
}
