import assert from "node:assert/strict";
import { cgroupTrees } from "../../../lab/process/cgroups";

const v1 = ["cpu", "cpuset", "memory", "pids"]
  .map((name) => `cgroup /sys/fs/cgroup/${name} cgroup rw,relatime,${name} 0 0`)
  .join("\n");

describe("lab: control groups", () => {
  it("are made in every v1 tree, and swept in the v2 tree beside them too", () => {
    const trees = cgroupTrees(`${v1}\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n`, "");
    assert.equal(trees.version, 1);
    assert.ok(!trees.mounts.includes("/sys/fs/cgroup/unified"));
    assert.ok(trees.swept.includes("/sys/fs/cgroup/unified"));
  });

  it("of v2 are one tree", () =>
    assert.deepEqual(cgroupTrees("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n", "cpu cpuset memory pids"), {
      version: 2,
      mounts: ["/sys/fs/cgroup"],
      swept: ["/sys/fs/cgroup"],
    }));

  it("lack a controller by name", () =>
    assert.throws(() => cgroupTrees("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n", "cpu memory"), /cpuset, pids/));
});
