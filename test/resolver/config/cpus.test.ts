import assert from "node:assert/strict";
import { coresOfQuota, workersFor } from "../../../resolver/config/cpus";

describe("worker processes", () => {
  it("are one a core, and none beyond the container's quota", () => {
    for (const [cores, quota, workers] of [
      [8, Infinity, 8],
      [8, 2, 2],
      [8, 2.9, 2],
      [8, 0.5, 1],
      [1, Infinity, 1],
    ] as const)
      assert.equal(workersFor(cores, quota), workers);
  });

  it("know a quota of either version of cgroups, and that there may be none", () => {
    assert.deepEqual(["150000 100000", "max 100000", "-1 100000", "200000 100000", ""].map(coresOfQuota), [
      1.5,
      Infinity,
      Infinity,
      2,
      Infinity,
    ]);
  });
});
