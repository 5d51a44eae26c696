import assert from "node:assert/strict";
import { statSync, truncateSync } from "node:fs";
import type { LabSite } from "../../lab/plan";
import { command, isNewest, takeSnapshot } from "./support/commands";
import { serverPid } from "./support/processes";
import { Store } from "./support/store";
import { world, type World } from "./support/world";

const ORDERS = 2_000;

describe("snapshots", () => {
  let w: World;
  let taken = "";

  before(async () => {
    w = await world();
    await w.settled("primary");
  });

  const run = (...args: readonly string[]): ReturnType<typeof command> => command(w, ...args);
  const snapshot = (site: LabSite): Promise<string> => takeSnapshot(w, site);
  const holds = async (site: LabSite, key: string, value: string | null): Promise<void> => {
    const client = await w.client(site);
    try {
      assert.equal(await client.get(key), value);
    } finally {
      client.disconnect();
    }
  };

  it("one is taken of the primary, whole: files, checksums, counts, and the manifest last", async () => {
    const client = await w.client("primary");
    for (let i = 0; i < ORDERS; i += 100)
      await Promise.all(Array.from({ length: 100 }, (_, at) => client.set(`cache:order:${i + at}`, `order ${i + at}`)));
    client.disconnect();
    taken = await snapshot("primary");
    const store = new Store(w, "primary");
    const manifest = store.manifest(taken);
    assert.ok((manifest.keys["0"]?.least ?? 0) >= ORDERS, JSON.stringify(manifest.keys));
    assert.ok(manifest.sample.keys.length > 0);
    for (const file of manifest.files)
      assert.equal(
        statSync(store.path(store.files().find((name) => name.endsWith(`${taken}/${file.name}`)) ?? "")).size,
        file.bytes,
      );
    const status = await w.statusWhere("primary", "reports it", (s) => isNewest(s, taken));
    assert.equal(status.snapshots?.state, "ok");
  });

  it("one of the replica is the primary's data, under the replica's prefix", async () => {
    await w.settled("primary");
    const id = await snapshot("dr");
    const manifest = new Store(w, "dr").manifest(id);
    assert.equal(manifest.site, "dr");
    assert.ok((manifest.keys["0"]?.least ?? 0) >= ORDERS);
  });

  it("the newest of each site is proven by a drill in a namespace of its own", async () => {
    const { code, notes, problems } = await run("drill");
    assert.equal(code, 0, problems.join("; "));
    assert.equal(notes.filter((note) => /is proven/.test(note)).length, 2, notes.join("; "));
    assert.ok(new Store(w, "primary").files().some((name) => /^drills\/.*\.json$/.test(name)));
  });

  it("a restore brings everything back after the loss of all data, and the other site follows", async () => {
    const client = await w.client("primary");
    for (let i = 0; i < ORDERS; i++) await client.del(`cache:order:${i}`);
    await client.set("cache:later-than-snapshot", "1");
    client.disconnect();
    const dry = await run("restore", "--from", taken, "--to", "primary", "--dry-run");
    assert.equal(dry.code, 0);
    await holds("primary", "cache:later-than-snapshot", "1");
    const asked = await run("restore", "--from", taken, "--to", "primary");
    assert.equal(asked.code, 1, "without a terminal it wants --yes");
    const { code, notes, problems } = await run("restore", "--from", taken, "--to", "primary", "--yes");
    assert.equal(code, 0, problems.join("; "));
    assert.ok(
      notes.some((note) => note.includes(`restored ${taken}`)),
      notes.join("; "),
    );
    await w.firstWrite("primary", "cache:first");
    await holds("primary", "cache:order:1999", "order 1999");
    await holds("primary", "cache:later-than-snapshot", null);
    await w.settled("primary");
    assert.equal(await w.reading("dr", (replica) => replica.get("cache:order:7")), "order 7");
  });

  it("a store that is away is a word in the status; serving goes on, and so does a failover", async () => {
    const { service } = w.lab.storage;
    assert.ok(service);
    process.kill(service.pid, "SIGKILL");
    try {
      const { code, problems } = await run("snapshot", "--site", "primary");
      assert.equal(code, 1);
      assert.match(problems.join(), /unreachable/);
      await w.statusWhere("primary", "says so", (s) => s.snapshots?.state === "unreachable");
      await w.settled("primary");
      const switched = await w.cli("switchover", "--to", "dr");
      assert.equal(switched.code, 0, switched.stdout + switched.stderr);
      await w.serving("dr");
    } finally {
      await w.lab.storage.resume();
    }
    await w.settled("dr");
    const back = await w.cli("switchover", "--to", "primary");
    assert.equal(back.code, 0, back.stdout + back.stderr);
    await w.settled("primary");
    await snapshot("primary");
  });

  it("a truncated one is never restored: it is read before anything is closed, the primary serves on", async () => {
    const id = await snapshot("primary");
    const store = new Store(w, "primary");
    const [file] = store.manifest(id).files;
    const path = store.path(store.files().find((name) => name.endsWith(`${id}/${file?.name ?? ""}`)) ?? "");
    truncateSync(path, Math.floor((file?.bytes ?? 2) / 2));
    const { code, problems } = await run("restore", "--from", id, "--to", "primary", "--yes");
    assert.equal(code, 1);
    assert.match(problems.join(), /manifest says.*nothing was closed/);
    await w.settled("primary");
    await holds("primary", "cache:order:7", "order 7");
  });

  it("a server told to stop saves what is served now, and comes back with it", async () => {
    const before = (await w.status("primary"))?.server?.runId;
    process.kill(serverPid(w, "primary"), "SIGTERM");
    // Its last word is of the server that has ended, until the guard has seen the next one.
    await w.statusWhere(
      "primary",
      "serves from a new server",
      (status) => status.serving && status.server?.runId !== undefined && status.server.runId !== before,
    );
    await w.settled("primary");
    await holds("primary", "cache:order:7", "order 7");
  });
});
