import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { SITES, type LabSite } from "../../lab/plan";
import { waitFor } from "../../lab/process/waitFor";
import type { Manifest } from "../../snapshots/manifest";
import { command, snapshotIn, takeSnapshot } from "./support/commands";
import { serverPid } from "./support/processes";
import { steadyWrites } from "./support/steadyWrites";
import { Store } from "./support/store";
import { Disk } from "./support/volume";
import { world, type World } from "./support/world";

/** Parts of 8 MiB: enough of them to be caught on their way. */
const NOISE_MIB = 40;
const VALUE_BYTES = 128 * 1024;
const DISK_MIB = 160;
const DAY_MS = 86_400_000;
const SECRET = "/api/v1/namespaces/cache/secrets/dragonfly-s3";
const SITE_FILE = "/api/v1/namespaces/cache/configmaps/dragonfly-site";
/** Of a write beside others on two busy cores; a server that waits for its store stands still for as long as that does. */
const LONGEST_GAP_MS = 3_000;

describe("snapshots in trouble", () => {
  let w: World;
  let store: Store;

  before(async () => {
    w = await world();
    store = new Store(w, "primary");
    await w.serving("primary");
    await w.inSync("dr");
    const client = await w.client("primary");
    for (let i = 0; i < (NOISE_MIB * 2 ** 20) / VALUE_BYTES; i++) await client.set(`cache:noise:${i}`, randomBytes(VALUE_BYTES));
    client.disconnect();
    await hasFollowed(`cache:noise:${(NOISE_MIB * 2 ** 20) / VALUE_BYTES - 1}`);
  });
  after(async () => {
    const client = await w.client("primary");
    for (let i = 0; i < (NOISE_MIB * 2 ** 20) / VALUE_BYTES; i++) await client.del(`cache:noise:${i}`);
    client.disconnect();
  });

  /** What dr last said may be of before: the data itself shows. */
  const hasFollowed = async (key: string): Promise<void> => {
    await waitFor(async () => {
      const replica = await w.client("dr", "appcache", "read");
      try {
        return (await replica.exists(key)) === 1;
      } finally {
        replica.disconnect();
      }
    }, { what: `${key} in dr`, deadlineMs: 120_000 });
    await w.statusWhere("dr", "in sync, and not behind", ({ replication }) => replication?.inSync === true && (replication.lagSeconds ?? Infinity) < 3);
  };
  const inTrouble = async (site: LabSite, state: string): Promise<string> => {
    const { code, problems } = await command(w, "snapshot", "--site", site);
    assert.equal(code, 1, problems.join("; "));
    assert.match(problems.join(), new RegExp(`${state}: `));
    const { snapshots } = await w.statusWhere(site, `says ${state}`, (status) => status.snapshots?.state === state);
    return snapshots?.reason ?? "";
  };
  const switchTo = async (site: LabSite): Promise<void> => {
    const { code, stdout, stderr } = await w.cli("switchover", "--to", site);
    assert.equal(code, 0, stdout + stderr);
    await w.serving(site);
    await w.inSync(site === "primary" ? "dr" : "primary");
  };
  const served = (writes: Awaited<ReturnType<typeof steadyWrites>>): void => {
    console.log(`      ${writes.acknowledged} writes meanwhile, longest gap ${writes.longestGapMs.toFixed(0)} ms`);
    assert.deepEqual(writes.refused, []);
    assert.ok(writes.acknowledged > 20 && writes.longestGapMs < LONGEST_GAP_MS, JSON.stringify(writes));
  };

  it("a wrong key at one site, and a bucket that is gone: each has its word, the site serves, and is well again with the right one", async () => {
    const secretKey = async (value: string): Promise<void> => {
      await w.apply("dr", SECRET, { apiVersion: "v1", kind: "Secret", metadata: { name: "dragonfly-s3", namespace: "cache" }, data: { secretKey: Buffer.from(value).toString("base64") } });
      const mounted = (): boolean => readFileSync(`/proc/${snapshotsPid("dr")}/root/etc/dragonfly-dr/s3/secretKey`, "utf8") === value;
      await waitFor(mounted, { what: "the key in the pod", deadlineMs: 90_000 });
    };
    const snapshotsPid = (site: LabSite): number => serversNeighbour(serverPid(w, site));
    const { bucket } = store;
    const away = join(dirname(bucket), `${basename(bucket)}-away`);
    served(
      await steadyWrites(w, "primary", async () => {
        const wrong = secretKey("nobodys-key");
        renameSync(bucket, away);
        try {
          await inTrouble("primary", "no-bucket");
        } finally {
          renameSync(away, bucket);
        }
        try {
          await wrong;
          const reason = await inTrouble("dr", "denied");
          assert.ok(!reason.includes("nobodys-key"), reason);
        } finally {
          await secretKey(w.lab.storage.access.secretKey);
        }
      }),
    );
    for (const site of SITES) {
      const id = await takeSnapshot(w, site);
      await w.statusWhere(site, "is well", (status) => status.snapshots?.state === "ok" && status.snapshots.newest?.id === id);
    }
  });

  it("a store that stands still in the middle of an upload is called slow; writes go on, the primary moves there and back, and the upload ends well", async () => {
    const pid = w.lab.storage.service?.pid ?? assert.fail("no store");
    const parts = (): number => readdirSync(join(store.bucket, ".sgwtmp"), { recursive: true }).length;
    let stopped = false;
    const asked = command(w, "snapshot", "--site", "primary");
    try {
      const idle = existsSync(join(store.bucket, ".sgwtmp")) ? parts() : 0;
      await waitFor(() => existsSync(join(store.bucket, ".sgwtmp")) && parts() > idle + 1, { what: "the upload is under way", deadlineMs: 60_000, everyMs: 2 });
      process.kill(pid, "SIGSTOP");
      stopped = true;
      served(
        await steadyWrites(w, "primary", async () => {
          await w.statusWhere("primary", "says slow", (status) => status.snapshots?.state === "slow", 40_000);
          assert.match((await w.status("primary"))?.snapshots?.reason ?? "", /uploading cache\/primary\/.*no answer/);
        }),
      );
      await switchTo("dr");
      await switchTo("primary");
    } finally {
      if (stopped) process.kill(pid, "SIGCONT");
    }
    const ended = await asked;
    assert.ok(ended.code === 0 || /slow/.test(ended.problems.join()), ended.problems.join("; "));
    // Where it outlasted a request's time-out, the same dump is sent again.
    const done = await w.statusWhere("primary", "is well", (status) => status.snapshots?.state === "ok", 150_000);
    if (ended.code === 0) assert.equal(done.snapshots?.newest?.id, snapshotIn(ended));
  });

  it("pruning goes by the manifests: the newest three that are good stay, the newest data always, halves go", async () => {
    const newest = await takeSnapshot(w, "primary");
    const source = store.folderOf(newest);
    const manifest = store.manifest(newest);
    const old = (day: number, change: Partial<Manifest> = {}): string => {
      const time = new Date(Date.now() - day * DAY_MS);
      const id = `${time.toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "")}-e${manifest.epoch}-${day}`;
      const folder = join(dirname(source), id);
      cpSync(source, folder, { recursive: true, preserveTimestamps: true });
      writeFileSync(join(folder, "manifest.json"), JSON.stringify({ ...manifest, id, time: time.toISOString(), dataVersion: { least: { epoch: 0, sequence: day }, most: { epoch: 0, sequence: day } }, ...change }));
      return id;
    };
    const others = store.files().length;
    const sparse = old(20, { dataVersion: { least: { epoch: manifest.epoch + 50, sequence: 1 }, most: { epoch: manifest.epoch + 50, sequence: 1 } } });
    const aged = [30, 40, 50].map((day) => old(day));
    const half = old(60);
    const halfFolder = store.folderOf(half);
    rmSync(join(halfFolder, "manifest.json"));
    for (const name of readdirSync(halfFolder)) utimesSync(join(halfFolder, name), new Date(Date.now() - 2 * DAY_MS), new Date(Date.now() - 2 * DAY_MS));
    try {
      assert.ok(store.files().length > others);
      const last = await takeSnapshot(w, "primary");
      await waitFor(() => !existsSync(halfFolder) || readdirSync(halfFolder).length === 0, { what: "the half is gone", deadlineMs: 30_000 });
      const there = (id: string): boolean => store.files().some((name) => name.endsWith(`/${id}/manifest.json`));
      await waitFor(() => aged.every((id) => !there(id)), { what: "what is old is gone", deadlineMs: 30_000 });
      assert.deepEqual([newest, last, sparse].map(there), [true, true, true], store.files().join());
    } finally {
      // Its data version is made up: nobody may restore it.
      rmSync(join(dirname(source), sparse), { recursive: true, force: true });
    }
    assert.ok((await command(w, "snapshot", "--site", "primary")).code === 0);
  });

  it("a site that starts with an empty disk while its peer is away loads its newest snapshot by itself; a disk that is full has its word, and the primary moves away and back", async () => {
    const disk = await Disk.of(w, "primary");
    const told = (await w.get("primary", SITE_FILE)) as { data: Record<string, string> };
    const site = told.data["site.json"] ?? assert.fail("no site.json");
    const tell = (json: string): Promise<void> => w.apply("primary", SITE_FILE, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "dragonfly-site", namespace: "cache" }, data: { "site.json": json } });
    const written = await w.client("primary");
    await written.set("cache:on-the-lost-disk", "1");
    written.disconnect();
    const id = await takeSnapshot(w, "primary");
    disk.put(DISK_MIB);
    try {
      await tell(JSON.stringify({ ...(JSON.parse(site) as object), snapshots: { restoreWhenEmpty: true } }));
      await w.lab.link.cut();
      await disk.restart();
      const loaded = await w.statusWhere("primary", "has loaded its snapshot and asks about its peer", (status) => /no peer could be reached/.test(status.reason), 120_000);
      assert.equal(loaded.snapshots?.restore?.id, id);
      assert.equal(loaded.serving, false);
      const { code, stdout, stderr } = await w.cli("peer-lost", "--site", "primary");
      assert.equal(code, 0, stdout + stderr);
      await w.serving("primary");
      await w.firstWrite("primary", "cache:alone");
      const client = await w.client("primary");
      assert.equal(await client.get("cache:on-the-lost-disk"), "1");
      client.disconnect();
    } finally {
      await w.lab.link.heal();
      await tell(site);
    }
    await hasFollowed("cache:alone");

    const filler = disk.inside("filler");
    const { bavail, bsize } = statfsSync(dirname(filler));
    // To the last byte: the guard's memory and the dump find no room at all.
    writeFileSync(filler, Buffer.alloc(bavail * bsize));
    assert.equal(statfsSync(dirname(filler)).bavail, 0);
    served(await steadyWrites(w, "primary", async () => void (await inTrouble("primary", "disk-full"))));
    await switchTo("dr");
    await switchTo("primary");
    rmSync(disk.inside("filler"), { force: true });
    await takeSnapshot(w, "primary");
    await switchTo("dr");
    disk.takeAway();
    await disk.restart();
    await w.inSync("primary");
    await switchTo("primary");
    await takeSnapshot(w, "primary");
  });
});

/** Of the process that takes the snapshots, in the same pod. */
function serversNeighbour(pid: number): number {
  const pod = (of: number): string => /pod[0-9a-f-]{36}/.exec(readFileSync(`/proc/${of}/cgroup`, "utf8"))?.[0] ?? "none";
  const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).find((other) => {
    try {
      return readFileSync(`/proc/${other}/cmdline`, "utf8").includes("snapshots.cjs") && pod(other) === pod(pid);
    } catch {
      return false; // ended meanwhile
    }
  });
  assert.ok(found, "the container that takes snapshots does not run");
  return found;
}
