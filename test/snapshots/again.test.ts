import assert from "node:assert/strict";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fillWithNoise } from "../../bench/snapshots/beside";
import type { S3Server } from "../../lab/storage/s3Server";
import { parseManifest } from "../../snapshots/manifest";
import { differences } from "../../snapshots/restore/prove";
import { Beside, DataServer, engines, startStore, stopStore, until } from "./support";

/** Some parts of 8 MiB: long enough on its way to be caught there. */
const DATA_MIB = 48;

for (const engine of engines()) {
  describe(`an upload that fails, of a real ${engine}`, function () {
    this.timeout(300_000);
    let s3: S3Server;
    let server: DataServer;
    let beside: Beside;

    beforeEach(async () => {
      s3 = await startStore();
      server = await DataServer.start(engine);
      await fillWithNoise(server, DATA_MIB);
      await server.beat(7);
      beside = new Beside(server, s3, { timeoutMs: 1_500, slowMs: 300, retryMs: { first: 50, last: 100 } });
    });
    afterEach(async () => {
      beside.stop();
      await server.stop();
      await stopStore(s3);
    });

    const report = () => beside.snapshots.report();
    const failures = (): number => beside.lines.filter((line) => line.startsWith("no snapshot")).length;
    const uploads = (): boolean => beside.store.waiting()?.doing.startsWith("uploading") === true;
    /** The server's own word, and the files: another dump within the second has other ones. */
    const dumps = async (): Promise<string> => {
      const connection = await server.connect();
      try {
        return `${await connection.text("LASTSAVE")} ${readdirSync(server.folder)
          .filter((name) => /^dump/.test(name))
          .map((name) => `${name} ${statSync(join(server.folder, name)).ino}`)
          .sort()
          .join()}`;
      } finally {
        connection.close();
      }
    };
    const write = async (key: string): Promise<void> => {
      const connection = await server.connect();
      assert.equal(await connection.text("SET", key, "x"), "OK");
      connection.close();
    };
    /** Interrupted while a part is on its way. */
    const interrupted = async (signal: "SIGSTOP" | "SIGKILL"): Promise<string> => {
      const taken = beside.snapshots.take("asked");
      await until("a part is on its way", uploads, report);
      process.kill(s3.service?.pid ?? 0, signal);
      if (signal === "SIGSTOP") {
        await until(
          "it is called slow before the time-out",
          () => report().state === "slow" && failures() === 0,
          report,
        );
        assert.match(report().reason, /^uploading .*: no answer for \d+ s/);
      }
      await taken;
      const dump = await dumps();
      await write("cache:during");
      await until(
        "three more tries",
        () => failures() >= 4,
        () => beside.lines,
        120_000,
      );
      assert.equal(report().request?.state, "failed");
      assert.equal(await dumps(), dump, "the server dumped again");
      return dump;
    };
    const staged = (): string[] => readdirSync(join(server.folder, "snapshots", "staging"));

    it("because the store is frozen is tried again with the same dump, whole, and without another one", async () => {
      const dump = await interrupted("SIGSTOP");
      const [id] = staged();
      process.kill(s3.service?.pid ?? 0, "SIGCONT");
      await until(
        "it arrives",
        () => report().state === "ok" && report().newest?.id === id,
        () => [report(), ...beside.lines],
      );
      assert.equal(await dumps(), dump);
      assert.deepEqual(staged(), []);
      const manifest = parseManifest(
        await beside.store.readText(`cache/a/e00000001/${id ?? ""}/manifest.json`),
        "manifest",
      );
      await server.kill();
      for (const name of readdirSync(server.folder)) rmSync(join(server.folder, name), { recursive: true });
      beside.snapshots.restore("newest", 2);
      await until(
        "it is restored",
        () => report().restore?.state === "placed",
        () => report().restore,
      );
      await server.run();
      const connection = await server.connect();
      assert.deepEqual((await differences(connection, manifest)).problems, []);
      assert.equal(await connection.call("EXISTS", "cache:during"), 0, "it is of before the trouble");
      connection.close();
    });

    it("because the store was killed is tried again with the dump that is there", async () => {
      const dump = await interrupted("SIGKILL");
      // In the middle of a try it may be called slow.
      await until("it is called unreachable", () => report().state === "unreachable", report);
      await s3.resume();
      await until(
        "it arrives",
        () => report().state === "ok",
        () => beside.lines,
      );
      assert.equal(await dumps(), dump);
    });

    it(
      "is taken anew when the server has dumped meanwhile, was restarted, or another epoch has begun; not in " +
        "sync it waits",
      async () => {
        let earlier = "";
        const arrives = async (): Promise<string> => {
          await s3.resume();
          await until(
            "it arrives",
            () =>
              report().state === "ok" && report().newest !== null && report().newest?.id !== earlier && !report().busy,
            () => beside.lines,
          );
          return report().newest?.id ?? "";
        };
        const changes: readonly (() => Promise<void> | void)[] = [
          async () => {
            const connection = await server.connect();
            await write("cache:newer");
            const before = await dumps();
            await connection.call("BGSAVE");
            await until(
              "it has dumped",
              async () =>
                (await dumps()) !== before &&
                /(saving|rdb_bgsave_in_progress):0/.test(await connection.text("INFO", "persistence")),
            );
            connection.close();
          },
          () => void (beside.copy = { ...beside.copy, runId: "another" }),
          () => void (beside.copy = { ...beside.copy, epoch: 2, dataVersion: { epoch: 2, sequence: 8 } }),
        ];
        for (const change of changes) {
          beside.lines.length = 0;
          // Names carry seconds: the one that has just arrived may be of this one.
          beside.later += 2_000;
          const taken = beside.snapshots.take();
          await until("a part is on its way", uploads, report);
          process.kill(s3.service?.pid ?? 0, "SIGKILL");
          await taken;
          const [draft] = staged();
          assert.ok(
            draft !== undefined && draft !== earlier,
            JSON.stringify([draft, earlier, report(), ...beside.lines]),
          );
          const { copy } = beside;
          beside.copy = { ...copy, usable: false, reason: "not in sync" };
          await until("it is skipped", () => report().state === "skipped", report);
          assert.deepEqual(staged(), [draft]);
          beside.later += 2_000;
          await change();
          if (beside.copy.reason === "not in sync") beside.copy = { ...beside.copy, usable: true, reason: "in sync" };
          const id = await arrives();
          assert.notEqual(id, draft, String(change));
          assert.deepEqual(staged(), []);
          earlier = id;
        }
      },
    );
  });
}
