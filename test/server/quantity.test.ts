import assert from "node:assert/strict";
import fc from "fast-check";
import { formatBytes, parseBytes, parseCores } from "../../server/quantity";
import { bytes } from "../../server/types";

describe("sizes", () => {
  it("reads the units of Kubernetes and of the servers", () => {
    const cases: readonly (readonly [string, number])[] = [
      ["1", 1],
      ["512mb", 512 * 2 ** 20],
      ["512MB", 512 * 2 ** 20],
      ["1Gi", 2 ** 30],
      ["1G", 1e9],
      ["1gb", 2 ** 30],
      ["256Mi", 256 * 2 ** 20],
      ["1.5Gi", 1.5 * 2 ** 30],
      ["10k", 10_000],
    ];
    for (const [text, expected] of cases) assert.equal(parseBytes(text), expected, text);
  });

  it("refuses what two worlds read differently, and what is no size", () => {
    for (const text of ["512m", "", "Gi", "-1Gi", "1 Gi", "0", "1GI", "1ib", "0.1", "1e3"])
      assert.throws(() => parseBytes(text), /size|positive/, text);
  });

  it("reads back what it prints, to the tenth of a MiB", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 45 }), (value) => {
        const back = parseBytes(formatBytes(bytes(value)));
        assert.ok(Math.abs(back - value) <= 2 ** 20 / 10, `${value} became ${back}`);
      }),
    );
  });
});

describe("cores", () => {
  it("reads whole, broken and milli cores", () => {
    assert.deepEqual(["2", "0.5", "500m", "1500m"].map(parseCores), [2, 0.5, 0.5, 1.5]);
  });
  it("refuses zero and anything else", () => {
    for (const text of ["0", "0m", "", "m", "-1", "2 cores"]) assert.throws(() => parseCores(text), /cores/, text);
  });
});
