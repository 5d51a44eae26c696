import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { INITIAL_STATE, type GuardState } from "../../../guard/remember/guardState";
import { StateFile } from "../../../guard/remember/stateFile";

const state = (change: Partial<GuardState>): GuardState => ({ ...INITIAL_STATE, ...change });
const refusal = (length: number): GuardState["refusal"] => ({
  epoch: 8,
  reason: "x".repeat(length),
  outcome: "refused",
  unheard: false,
});

describe("the guard's state file", () => {
  const directory = mkdtempSync(join(tmpdir(), "state-"));
  const path = join(directory, "state.json");
  const onDisk = (): Partial<GuardState> => JSON.parse(readFileSync(path, "utf8")) as Partial<GuardState>;
  afterEach(() => rmSync(path, { force: true }));
  after(() => rmSync(directory, { recursive: true, force: true }));

  it("is on disk before it is acted on, and found again", () => {
    assert.deepEqual(new StateFile(path).store(state({ highestEpoch: 7 })), { kind: "durable" });
    assert.deepEqual([onDisk().highestEpoch, onDisk().format], [7, 1]);
    assert.equal(new StateFile(path).get().highestEpoch, 7);
  });

  it("is not written where nothing changes, nor at once for a heartbeat while it serves", () => {
    const file = new StateFile(path, () => 0);
    file.store(state({ highestEpoch: 7 }));
    const { ino, mtimeNs } = statSync(path, { bigint: true });
    file.store(state({ highestEpoch: 7, dataVersion: { epoch: 7, sequence: 1 } }), "lazy");
    file.store(state({ highestEpoch: 7 }));
    const after = statSync(path, { bigint: true });
    assert.deepEqual([after.ino, after.mtimeNs], [ino, mtimeNs]);
    file.store(state({ highestEpoch: 8, dataVersion: { epoch: 7, sequence: 1 } }), "lazy");
    assert.deepEqual([onDisk().highestEpoch, onDisk().dataVersion?.sequence], [8, 1]);
  });

  it("has a heartbeat on disk within some seconds while it serves, and at once otherwise", () => {
    let now = 0;
    const file = new StateFile(path, () => now);
    const at = (sequence: number): GuardState => state({ highestEpoch: 7, dataVersion: { epoch: 7, sequence } });
    file.store(at(1));
    now = 5_000;
    file.store(at(2), "lazy");
    assert.equal(onDisk().dataVersion?.sequence, 2);
    file.store(at(3));
    assert.equal(onDisk().dataVersion?.sequence, 3);
  });

  it("is written on a volume that is full, more of it and less", function () {
    const volume = mkdtempSync(join(tmpdir(), "state-volume-"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", volume], { stdio: "ignore" });
    } catch {
      rmSync(volume, { recursive: true });
      return this.skip(); // only root may
    }
    try {
      const place = join(volume, "state.json");
      const file = new StateFile(place);
      file.store(state({ highestEpoch: 7 }));
      assert.throws(() => writeFileSync(join(volume, "filler"), Buffer.alloc(65_536)), /ENOSPC/);
      // Read, not opened by another guard: that one would write it anew, and this one would see it.
      const found = (): GuardState => JSON.parse(readFileSync(place, "utf8")) as GuardState;
      file.store(state({ highestEpoch: 8, refusal: refusal(2_000) }));
      assert.deepEqual([found().highestEpoch, found().refusal?.reason.length], [8, 2_000]);
      file.store(state({ highestEpoch: 9 }));
      assert.deepEqual([found().highestEpoch, found().refusal], [9, null]);
      assert.deepEqual(readdirSync(volume).sort(), ["filler", "state.json"]);
      // What does not fit leaves what was there, and says so.
      assert.equal(file.store(state({ highestEpoch: 9, refusal: refusal(20_000) })).kind, "failing");
      assert.equal(found().highestEpoch, 9);
    } finally {
      execFileSync("umount", [volume]);
      rmSync(volume, { recursive: true });
    }
  });

  it("is written again after a write that failed", () => {
    const gone = mkdtempSync(join(tmpdir(), "state-gone-"));
    const file = new StateFile(join(gone, "state.json"));
    rmSync(gone, { recursive: true });
    // A file stands where the folder was: the folder cannot be made again.
    writeFileSync(gone, "");
    assert.equal(file.store(state({ highestEpoch: 7 })).kind, "failing");
    assert.equal(file.store(state({ highestEpoch: 7 })).kind, "failing", "not taken for written");
    assert.equal(file.storage.kind, "failing");
  });

  it("is left to a guard that came after this one, whatever inode the file system gives it", () => {
    const first = new StateFile(path);
    first.store(state({ highestEpoch: 7 }));
    const second = new StateFile(path);
    // The number of the file that was removed is given to the next one: each second write may have it again.
    for (const highestEpoch of [8, 9, 10]) second.store(state({ highestEpoch }));
    assert.equal(first.store(state({ highestEpoch: 11 })).kind, "foreign");
    assert.equal(second.store(state({ highestEpoch: 12 })).kind, "durable");
    assert.equal(onDisk().highestEpoch, 12);
  });
});
