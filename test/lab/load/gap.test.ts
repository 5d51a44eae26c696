import assert from "node:assert/strict";
import fc from "fast-check";
import type { Moment } from "../../../lab/load/ackLog";
import { GapTracker } from "../../../lab/load/gap";

const at = (ms: number): Moment => ({ monotonic: BigInt(ms) * 1_000_000n, wall: ms });
const gapOf = (acks: readonly number[], end: number | null): { ms: number; open: boolean } | null => {
  const tracker = new GapTracker();
  for (const ms of acks) tracker.acknowledged(at(ms));
  const gap = tracker.finish(end === null ? null : at(end));
  return gap && { ms: gap.ms, open: gap.open };
};

describe("lab/load: the longest gap between acknowledgements", () => {
  const cases: readonly [
    name: string,
    acks: number[],
    end: number | null,
    gap: { ms: number; open: boolean } | null,
  ][] = [
    ["no acknowledgement", [], 100, null],
    ["one, and the writer was killed", [5], null, null],
    ["one, and the run went on in silence", [5], 105, { ms: 100, open: true }],
    ["between two", [0, 10, 60, 70], 80, { ms: 50, open: false }],
    ["after the last", [0, 10, 60, 70], 200, { ms: 130, open: true }],
  ];
  for (const [name, acks, end, expected] of cases) it(name, () => assert.deepEqual(gapOf(acks, end), expected));

  it("is the largest difference of neighbours", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 2, maxLength: 50 }), (times) => {
        const sorted = [...times].sort((a, b) => a - b);
        const widest = Math.max(...sorted.slice(1).map((time, i) => time - (sorted[i] ?? 0)));
        assert.equal(gapOf(sorted, null)?.ms, widest);
      }),
    );
  });
});
