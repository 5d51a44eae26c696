import assert from "node:assert/strict";
import fc from "fast-check";
import { MANIFEST, parseKey, snapshotFolder } from "../../snapshots/layout";
import { snapshotId, type Manifest } from "../../snapshots/manifest";
import { prunable } from "../../snapshots/pruning";
import { isGood, newestGood, type StoredSnapshot } from "../../snapshots/store/inventory";
import { dumpOf, newestDump, staleFiles } from "../../snapshots/take/dumpFiles";
import { bytes, siteName } from "../../server/types";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-21T06:00:00Z");

const kept = fc
  .record({
    ageDays: fc.oneof(fc.double({ min: -2, max: 35, noNaN: true }), fc.double({ min: 31, max: 60, noNaN: true })),
    epoch: fc.integer({ min: 1, max: 9 }),
    sequence: fc.integer({ min: 0, max: 10_000 }),
    state: fc.constantFrom("good", "truncated", "incomplete"),
  })
  .map(({ ageDays, epoch, sequence, state }): StoredSnapshot => {
    const time = new Date(NOW - ageDays * DAY);
    const version = { epoch, sequence };
    const id = snapshotId(time, version);
    const folder = snapshotFolder("cache/a/", epoch, id);
    const changedAt = time.getTime();
    const names = state === "incomplete" ? ["dump.rdb"] : ["dump.rdb", MANIFEST];
    const manifest: Manifest = {
      version: 1,
      id,
      site: siteName("a"),
      epoch,
      dataVersion: { least: version, most: version },
      time: time.toISOString(),
      server: { engine: "redis", version: "7" },
      keys: {},
      sample: { asked: 0, keys: [], sha256: "" },
      files: [],
      bytes: bytes(1),
      seconds: 1,
    };
    return {
      folder,
      id,
      changedAt,
      objects: names.map((name) => ({ key: folder + name, bytes: 1, changedAt })),
      state:
        state === "good"
          ? { kind: "good", manifest }
          : state === "truncated"
            ? { kind: "truncated", reason: "" }
            : { kind: "incomplete" },
    };
  });
const inventories = fc.uniqueArray(kept, { selector: ({ folder }) => folder, maxLength: 30 });
const retentions = fc.record({ days: fc.integer({ min: 1, max: 30 }), least: fc.integer({ min: 0, max: 6 }) });

/** What is left of an inventory when some keys are gone, as the next look at the store would have it. */
function without(inventory: readonly StoredSnapshot[], removed: ReadonlySet<string>): readonly StoredSnapshot[] {
  return inventory.flatMap((each): StoredSnapshot[] => {
    const objects = each.objects.filter(({ key }) => !removed.has(key));
    if (objects.length === 0) return [];
    const manifest = objects.some(({ key }) => key === each.folder + MANIFEST);
    const whole = objects.length === each.objects.length;
    return [
      {
        ...each,
        objects,
        state: whole ? each.state : manifest ? { kind: "truncated", reason: "" } : { kind: "incomplete" },
      },
    ];
  });
}

/** Said apart from the code: of the highest epoch, of those the highest sequence, of those the latest. */
function newestData(inventory: readonly StoredSnapshot[]): string | undefined {
  const text = ({ dataVersion: { least }, time }: Manifest): string =>
    [least.epoch, least.sequence].map((n) => String(n).padStart(16, "0")).join() + time;
  return inventory
    .filter(isGood)
    .map(({ id, state }) => ({ id, order: text(state.manifest) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .pop()?.id;
}

describe("what pruning removes", () => {
  const holds = (
    property: (
      inventory: readonly StoredSnapshot[],
      removed: ReadonlySet<string>,
      retention: { days: number; least: number },
    ) => void,
  ): void =>
    fc.assert(
      fc.property(inventories, retentions, (inventory, retention) =>
        property(inventory, new Set(prunable(inventory, retention, NOW)), retention),
      ),
      { numRuns: 500 },
    );
  const gone = (each: StoredSnapshot, removed: ReadonlySet<string>): boolean =>
    each.objects.some(({ key }) => removed.has(key));

  it("is never the newest good one, by data or by time", () =>
    holds((inventory, removed) => {
      const good = inventory.filter(isGood);
      const newest = good.find(({ id }) => id === newestData(inventory));
      assert.equal(newestGood(inventory)?.id, newest?.id);
      if (newest !== undefined) assert.equal(gone(newest, removed), false);
      const latest = [...good].sort((a, b) => b.changedAt - a.changedAt)[0];
      if (latest !== undefined) assert.equal(gone(latest, removed), false);
    }));
  it("leaves what was restored before as what is restored after, interrupted wherever it may be", () =>
    fc.assert(
      fc.property(inventories, retentions, fc.nat(), (inventory, retention, cut) => {
        const removed = prunable(inventory, retention, NOW);
        const some = without(inventory, new Set(removed.slice(0, cut % (removed.length + 1))));
        assert.equal(newestGood(some)?.id, newestData(inventory));
        assert.deepEqual(inventory.filter(isGood).length > 0, some.some(isGood));
        // None that was good is left cut short beside its manifest: that would be an alarm of its own.
        const cutShort = (all: readonly StoredSnapshot[]): number =>
          all.filter(({ state }) => state.kind === "truncated").length;
        assert.ok(cutShort(some) <= cutShort(inventory));
      }),
    ));
  it("is nothing more the next time, and the clock's going on removes the last good one never", () =>
    fc.assert(
      fc.property(inventories, retentions, fc.integer({ min: 0, max: 10_000 }), (inventory, retention, days) => {
        const left = without(inventory, new Set(prunable(inventory, retention, NOW)));
        assert.deepEqual(prunable(left, retention, NOW), []);
        const later = without(left, new Set(prunable(left, retention, NOW + days * DAY)));
        assert.equal(newestGood(later)?.id, newestData(inventory));
      }),
    ));
  it("leaves the least that is kept, and everything of the days that are kept", () =>
    holds((inventory, removed, { days, least }) => {
      const good = inventory.filter(isGood);
      const latest = [...good].sort((a, b) => b.changedAt - a.changedAt).slice(0, least);
      for (const each of latest) assert.equal(gone(each, removed), false);
      for (const each of good) if (NOW - each.changedAt <= days * DAY) assert.equal(gone(each, removed), false);
    }));
  it("is every older good one beyond", () =>
    holds((inventory, removed, { days, least }) => {
      const left = inventory.filter(isGood).filter((each) => !gone(each, removed));
      const old = left.filter((each) => NOW - each.changedAt > days * DAY);
      // The newest by data may be an old one beside the newest by time.
      assert.ok(old.length <= Math.max(1, least) + 1);
    }));
  it("is what is not whole once it is a day old, and not before", () =>
    holds((inventory, removed) => {
      for (const each of inventory) if (!isGood(each)) assert.equal(gone(each, removed), NOW - each.changedAt > DAY);
    }));
  it("goes as a whole, its manifest first", () =>
    fc.assert(
      fc.property(inventories, retentions, (inventory, retention) => {
        const removed = prunable(inventory, retention, NOW);
        for (const each of inventory.filter((one) => gone(one, new Set(removed)))) {
          const keys = each.objects.map(({ key }) => removed.indexOf(key));
          assert.ok(keys.every((at) => at >= 0));
          const manifest = removed.indexOf(each.folder + MANIFEST);
          if (manifest >= 0) assert.equal(manifest, Math.min(...keys));
        }
      }),
    ));
});

describe("keys of the bucket", () => {
  it("belong to a snapshot of this site, or to nobody", () => {
    const id = "20261121T060000Z-e3-10";
    assert.deepEqual(parseKey("cache/a/", `cache/a/e00000003/${id}/dump.rdb`), {
      folder: `cache/a/e00000003/${id}/`,
      id,
      name: "dump.rdb",
    });
    for (const key of [
      `cache/b/e00000003/${id}/dump.rdb`,
      `cache/a/e00000003/${id}/`,
      `cache/a/e00000003/${id}/x/y`,
      "cache/a/drills/20261121T060000Z.json",
      "cache/a/notes.txt",
      `cache/a/e3/${id}/dump.rdb`,
    ]) {
      assert.equal(parseKey("cache/a/", key), null, key);
    }
  });
});

describe("dumps on the server's volume", () => {
  const dump = (second: number): string[] =>
    ["0000", "0001", "summary"].map((part) => `dump-2026-11-21T06:00:0${second}-${part}.dfs`);
  const at = (names: readonly string[], changedAt = NOW) => names.map((name) => ({ name, changedAt }));
  it("the newest whole two stay, and what has another name", () => {
    const others = [
      "diverged-before-epoch-3-0000.dfs",
      "diverged-before-epoch-3-summary.dfs",
      "dump.rdb",
      "state.json",
      "dump-mine-summary.dfs",
    ];
    assert.deepEqual(staleFiles(at([...dump(1), ...dump(2), ...dump(3), ...others]), NOW).sort(), dump(1).sort());
  });
  it("halves go when nobody can be writing them any more", () => {
    const halves = [`${dump(9)[0] ?? ""}.tmp`, dump(8)[0] ?? "", "temp-42.rdb"];
    assert.deepEqual(staleFiles(at([...dump(1), ...halves]), NOW), []);
    assert.deepEqual(staleFiles(at([...dump(1), ...halves], NOW - 2 * 3_600_000), NOW).sort(), halves.sort());
  });
  it("a half is no dump", () => {
    assert.equal(dumpOf("dump-2026-11-21T06:00:01-0000.dfs.tmp"), null);
    assert.deepEqual(newestDump("dragonfly", [...dump(1), dump(2)[0] ?? "", `${dump(3)[2] ?? ""}.tmp`]), dump(1));
    assert.deepEqual(newestDump("redis", ["dump.rdb", "temp-1.rdb"]), ["dump.rdb"]);
  });
});
