import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { SITES, type LabSite } from "../../lab/plan";
import { waitFor } from "../../lab/process/waitFor";
import type { Manifest } from "../../snapshots/manifest";
import { command, isNewest, snapshotIn, takeSnapshot, type Ended } from "./support/commands";
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
/** A pod's files follow their Secret or ConfigMap when the kubelet looks. */
const RENEWED_MS = 300_000;
/**
 * Of a write beside others on two busy cores; a server that waits for its store stands still for as long as that does.
 */
const LONGEST_GAP_MS = 10_000;

describe("snapshots in trouble", () => {
  let w: World;
  let store: Store;

  before(async () => {
    w = await world();
    store = new Store(w, "primary");
    await w.settled("primary");
    const client = await w.client("primary");
    for (let i = 0; i < (NOISE_MIB * 2 ** 20) / VALUE_BYTES; i++)
      await client.set(`cache:noise:${i}`, randomBytes(VALUE_BYTES));
    client.disconnect();
    await w.settled("primary");
  });
  after(async () => {
    const client = await w.client("primary");
    for (let i = 0; i < (NOISE_MIB * 2 ** 20) / VALUE_BYTES; i++) await client.del(`cache:noise:${i}`);
    client.disconnect();
  });

  const inTrouble = async (site: LabSite, state: string): Promise<string> => {
    const { code, problems } = await command(w, "snapshot", "--site", site);
    assert.equal(code, 1, problems.join("; "));
    assert.match(problems.join(), new RegExp(`${state}: `));
    const { snapshots } = await w.statusWhere(site, `says ${state}`, (status) => status.snapshots?.state === state);
    return snapshots?.reason ?? "";
  };
  const switchTo = async (site: LabSite): Promise<void> => {
    await w.settled(site === "primary" ? "dr" : "primary");
    const { code, stdout, stderr } = await w.cli("switchover", "--to", site);
    assert.equal(code, 0, stdout + stderr);
    await w.settled(site);
  };
  const served = (writes: Awaited<ReturnType<typeof steadyWrites>>): void => {
    console.log(`      ${writes.acknowledged} writes meanwhile, longest gap ${writes.longestGapMs.toFixed(0)} ms`);
    assert.deepEqual(writes.refused, []);
    assert.ok(writes.acknowledged > 5 && writes.longestGapMs < LONGEST_GAP_MS, JSON.stringify(writes));
  };

  it(
    "a wrong key at one site, and a bucket that is gone: each has its word, the site serves, and is well " +
      "again with the right one",
    async () => {
      const secretKey = async (value: string): Promise<void> => {
        await w.apply("dr", SECRET, {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "dragonfly-s3", namespace: "cache" },
          data: { secretKey: Buffer.from(value).toString("base64") },
        });
        const mounted = (): boolean =>
          readFileSync(`/proc/${snapshotsPid("dr")}/root/etc/dragonfly-dr/s3/secretKey`, "utf8") === value;
        await waitFor(mounted, { what: "the key in the pod", deadlineMs: RENEWED_MS });
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
            // A copy that is not in sync is not even tried.
            await w.settled("primary");
            const reason = await inTrouble("dr", "denied");
            assert.ok(!reason.includes("nobodys-key"), reason);
          } finally {
            await secretKey(w.lab.storage.access.secretKey);
          }
        }),
      );
      for (const site of SITES) {
        await w.settled("primary");
        const id = await takeSnapshot(w, site);
        await w.statusWhere(site, "is well", (status) => status.snapshots?.state === "ok" && isNewest(status, id));
      }
    },
  );

  /**
   * Asks for a snapshot, and stops the store once it holds some of its parts.
   * `inTheMiddle`: whether it did before the upload was over.
   */
  const caught = (): { readonly inTheMiddle: Promise<boolean>; readonly ended: Promise<Ended> } => {
    const pid = w.lab.storage.service?.pid ?? assert.fail("no store");
    const folder = join(store.bucket, ".sgwtmp");
    const parts = (): number => (existsSync(folder) ? readdirSync(folder, { recursive: true }).length : 0);
    const idle = parts();
    const asked = { over: false };
    const ended = command(w, "snapshot", "--site", "primary").finally(() => (asked.over = true));
    const look = (): "caught" | "over" | undefined => {
      if (parts() <= idle + 1) return asked.over ? "over" : undefined;
      process.kill(pid, "SIGSTOP");
      if (parts() > idle + 1) return "caught";
      process.kill(pid, "SIGCONT"); // the last of it went by meanwhile
      return undefined;
    };
    return {
      inTheMiddle: waitFor(look, { what: "the upload is under way", deadlineMs: RENEWED_MS, everyMs: 2 }).then(
        (seen) => seen === "caught",
      ),
      ended,
    };
  };

  it(
    "a store that stands still in the middle of an upload is called slow; writes go on, the primary moves " +
      "there and back, and the upload ends well",
    async () => {
      const pid = w.lab.storage.service?.pid ?? assert.fail("no store");
      let stopped = false;
      // One that this process was not let run in time to see is over: the next one is waited for.
      let asked = caught();
      try {
        for (let i = 0; i < 10 && !stopped; i++) {
          stopped = await asked.inTheMiddle;
          if (!stopped) asked = caught();
        }
        assert.ok(stopped, "an upload is under way");
        served(
          await steadyWrites(w, "primary", async () => {
            const { snapshots } = await w.statusWhere(
              "primary",
              "says slow",
              (status) => status.snapshots?.state === "slow",
            );
            assert.match(snapshots?.reason ?? "", /uploading cache\/primary\/.*no answer/);
          }),
        );
        await switchTo("dr");
        await switchTo("primary");
      } finally {
        if (stopped) process.kill(pid, "SIGCONT");
      }
      const ended = await asked.ended;
      assert.ok(ended.code === 0 || /slow/.test(ended.problems.join()), ended.problems.join("; "));
      // Where it outlasted a request's time-out, the same dump is sent again.
      const done = await w.statusWhere("primary", "is well", (status) => status.snapshots?.state === "ok", 300_000);
      if (ended.code === 0) assert.ok(isNewest(done, snapshotIn(ended)), JSON.stringify(done.snapshots));
    },
  );

  it("pruning goes by manifests: the newest three good ones stay, the newest data always, halves go", async () => {
    const newest = await takeSnapshot(w, "primary");
    const source = store.folderOf(newest);
    const manifest = store.manifest(newest);
    const old = (day: number, change: Partial<Manifest> = {}): string => {
      const time = new Date(Date.now() - day * DAY_MS);
      const id = `${time.toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "")}-e${manifest.epoch}-${day}`;
      const folder = join(dirname(source), id);
      cpSync(source, folder, { recursive: true, preserveTimestamps: true });
      writeFileSync(
        join(folder, "manifest.json"),
        JSON.stringify({
          ...manifest,
          id,
          time: time.toISOString(),
          dataVersion: { least: { epoch: 0, sequence: day }, most: { epoch: 0, sequence: day } },
          ...change,
        }),
      );
      return id;
    };
    const others = store.files().length;
    const sparse = old(20, {
      dataVersion: {
        least: { epoch: manifest.epoch + 50, sequence: 1 },
        most: { epoch: manifest.epoch + 50, sequence: 1 },
      },
    });
    const aged = [30, 40, 50].map((day) => old(day));
    const half = old(60);
    const halfFolder = store.folderOf(half);
    rmSync(join(halfFolder, "manifest.json"));
    for (const name of readdirSync(halfFolder))
      utimesSync(join(halfFolder, name), new Date(Date.now() - 2 * DAY_MS), new Date(Date.now() - 2 * DAY_MS));
    try {
      assert.ok(store.files().length > others);
      const last = await takeSnapshot(w, "primary");
      await waitFor(() => !existsSync(halfFolder) || readdirSync(halfFolder).length === 0, {
        what: "the half is gone",
        deadlineMs: 180_000,
      });
      const there = (id: string): boolean => store.files().some((name) => name.endsWith(`/${id}/manifest.json`));
      await waitFor(() => aged.every((id) => !there(id)), { what: "what is old is gone", deadlineMs: 180_000 });
      assert.deepEqual([newest, last, sparse].map(there), [true, true, true], store.files().join());
    } finally {
      // Its data version is made up: nobody may restore it.
      rmSync(join(dirname(source), sparse), { recursive: true, force: true });
    }
    assert.ok((await command(w, "snapshot", "--site", "primary")).code === 0);
  });

  // Open: since a copy with newer data is given up by name only, the way back from here takes one more word of the
  // operator (serve --accept-loss --discard), which this case does not say yet.
  it.skip(
    "a site that starts with an empty disk while its peer is away loads its newest snapshot by itself; a " +
      "disk that is full has its word, and the primary moves away and back",
    async () => {
      const disk = await Disk.of(w, "primary");
      const told = (await w.get("primary", SITE_FILE)) as { data: Record<string, string> };
      const site = told.data["site.json"] ?? assert.fail("no site.json");
      const tell = (json: string): Promise<void> =>
        w.apply("primary", SITE_FILE, {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "dragonfly-site", namespace: "cache" },
          data: { "site.json": json },
        });
      const written = await w.client("primary");
      await written.set("cache:on-the-lost-disk", "1");
      written.disconnect();
      const id = await takeSnapshot(w, "primary");
      disk.put(DISK_MIB);
      try {
        await tell(JSON.stringify({ ...(JSON.parse(site) as object), snapshots: { restoreWhenEmpty: true } }));
        await w.lab.link.cut();
        await disk.restart();
        const loaded = await w.statusWhere(
          "primary",
          "has loaded its snapshot and asks about its peer",
          (status) => /dr could not be reached since|no peer could be reached/.test(status.reason),
          RENEWED_MS,
        );
        assert.ok((loaded.snapshots?.restore?.id ?? "") >= id, `${JSON.stringify(loaded.snapshots)}, not ${id}`);
        assert.equal(loaded.serving, false);
        // As from a desk that does not reach the other region: newer data that can be asked for is not given up so.
        const sites = w.deployment.sitesWith("dr", "https://10.255.255.1:6443");
        const { code, stdout, stderr } = await w.cli("peer-lost", "--site", "primary", "--sites", sites);
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
      await w.arrives("dr", "cache:alone");
      await w.settled("primary");

      await disk.fill();
      served(await steadyWrites(w, "primary", async () => void (await inTrouble("primary", "disk-full"))));
      await switchTo("dr");
      await switchTo("primary");
      disk.empty();
      await takeSnapshot(w, "primary");
      await switchTo("dr");
      disk.takeAway();
      await disk.restart();
      await switchTo("primary");
      await takeSnapshot(w, "primary");
    },
  );
});

/** Of the process that takes the snapshots, in the same pod. */
function serversNeighbour(pid: number): number {
  const pod = (of: number): string =>
    /pod[0-9a-f-]{36}/.exec(readFileSync(`/proc/${of}/cgroup`, "utf8"))?.[0] ?? "none";
  const found = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((other) => {
      try {
        return readFileSync(`/proc/${other}/cmdline`, "utf8").includes("snapshots.cjs") && pod(other) === pod(pid);
      } catch {
        return false; // ended meanwhile
      }
    });
  assert.ok(found, "the container that takes snapshots does not run");
  return found;
}
