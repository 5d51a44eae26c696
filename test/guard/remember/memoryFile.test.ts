import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryFile } from "../../../guard/remember/memoryFile";
import type { Memory } from "../../../guard/decide/observation";

describe("the guard's memory", () => {
  const directory = mkdtempSync(join(tmpdir(), "memory-"));
  const path = join(directory, "state.json");
  const onDisk = (): Partial<Memory> => JSON.parse(readFileSync(path, "utf8")) as Partial<Memory>;
  afterEach(() => rmSync(path, { force: true }));
  after(() => rmSync(directory, { recursive: true, force: true }));

  it("is on disk before it is acted on, and found again", () => {
    new MemoryFile(path).set({ highestEpoch: 7 });
    assert.equal(onDisk().highestEpoch, 7);
    assert.equal(new MemoryFile(path).get().highestEpoch, 7);
  });

  it("is not written where nothing changes, whatever was noted", () => {
    const memory = new MemoryFile(path, () => 0);
    memory.set({ highestEpoch: 7 });
    writeFileSync(path, "{}");
    memory.note({ dataVersion: { epoch: 7, sequence: 1 } });
    memory.set({ highestEpoch: 7 });
    assert.deepEqual(onDisk(), {});
    memory.set({ highestEpoch: 8 });
    assert.deepEqual([onDisk().highestEpoch, onDisk().dataVersion?.sequence], [8, 1]);
  });

  it("has what was noted on disk within some seconds", () => {
    let now = 0;
    const memory = new MemoryFile(path, () => now);
    memory.set({ highestEpoch: 7 });
    now = 5_000;
    memory.note({ dataVersion: { epoch: 7, sequence: 9 } });
    assert.equal(onDisk().dataVersion?.sequence, 9);
  });

  it("is written on a volume that is full, more of it and less", function () {
    const volume = mkdtempSync(join(tmpdir(), "memory-volume-"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", volume], { stdio: "ignore" });
    } catch {
      rmSync(volume, { recursive: true });
      return this.skip(); // only root may
    }
    try {
      const file = join(volume, "state.json");
      const memory = new MemoryFile(file);
      memory.set({ highestEpoch: 7 });
      assert.throws(() => writeFileSync(join(volume, "filler"), Buffer.alloc(65_536)), /ENOSPC/);
      const found = (): Memory => new MemoryFile(file).get();
      memory.set({ highestEpoch: 8, refusal: { epoch: 8, reason: "x".repeat(2_000), outcome: "refused" } });
      assert.deepEqual([found().highestEpoch, found().refusal?.reason.length], [8, 2_000]);
      memory.set({ highestEpoch: 9, refusal: null });
      assert.deepEqual([found().highestEpoch, found().refusal], [9, null]);
      assert.deepEqual(readdirSync(volume).sort(), ["filler", "state.json"]);
      // What does not fit leaves what was there, and says so.
      assert.throws(
        () => memory.set({ refusal: { epoch: 9, reason: "x".repeat(20_000), outcome: "refused" } }),
        /ENOSPC/,
      );
      assert.equal(found().highestEpoch, 9);
    } finally {
      execFileSync("umount", [volume]);
      rmSync(volume, { recursive: true });
    }
  });

  it("is written again after a write that failed", () => {
    const memory = new MemoryFile(path);
    rmSync(directory, { recursive: true });
    assert.throws(() => memory.set({ highestEpoch: 7 }));
    assert.throws(() => memory.set({ highestEpoch: 7 }), "not taken for written");
  });
});
