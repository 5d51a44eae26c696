import assert from "node:assert/strict";
import { lacks, type MachineFacts } from "../../../lab/preflight/judge";

const good: MachineFacts = {
  platform: "linux",
  architecture: "x64",
  isRoot: true,
  system: "debian 12",
  versions: { node: "20.20.2", go: "1.26", python3: "3.11" },
  missingPrograms: [],
  missingKernelFeatures: [],
  freeBytes: 40 * 2 ** 30,
  cacheFolder: "/cache",
  mustFetch: true,
};

describe("lab: what a machine lacks", () => {
  it("is nothing on a good one", () => assert.deepEqual(lacks(good), []));

  it("is told all at once, each with its remedy", () => {
    const lines = lacks({
      ...good,
      isRoot: false,
      versions: { node: "18.1.0", go: null, python3: "3.11" },
      missingKernelFeatures: ["overlayfs"],
      freeBytes: 2 ** 30,
    });
    assert.equal(lines.length, 5);
    for (const [i, start] of [
      "user: not root",
      "node: version 18.1.0; install 20.19",
      "go: not on PATH",
      "kernel: no overlayfs",
      "disk: 1.0 GiB free at /cache; free 20 GiB",
    ].entries())
      assert.ok(lines[i]?.startsWith(start), lines[i]);
  });

  it("asks for less room once every tool is there", () => {
    assert.deepEqual(lacks({ ...good, mustFetch: false, freeBytes: 7 * 2 ** 30 }), []);
    assert.equal(lacks({ ...good, mustFetch: true, freeBytes: 7 * 2 ** 30 }).length, 1);
  });

  it("compares versions by number", () =>
    assert.deepEqual(lacks({ ...good, versions: { node: "22.1.0", go: "2.0", python3: "3.10" } }), []));
});
