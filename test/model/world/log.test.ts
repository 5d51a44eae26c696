import assert from "node:assert/strict";
import { common, holds, written, type Log } from "./log";

const run = (count: number, name: number, base: Log | null = null): Log => {
  let log = base;
  for (let i = 0; i < count; i++) log = written(log, name);
  assert.ok(log);
  return log;
};

describe("what clients wrote, in the model", () => {
  const five = run(5, 1);
  const three = run(3, 1);
  const other = run(2, 2, three);

  it("holds what it has grown from", () => {
    assert.deepEqual(
      [holds(five, three), holds(three, five), holds(five, null), holds(null, five)],
      [true, false, true, false],
    );
  });
  it("does not hold what has diverged from it", () => {
    assert.deepEqual([holds(other, three), holds(other, five), holds(five, other)], [true, false, false]);
  });
  it("has the newest state in common with what has diverged", () => {
    assert.deepEqual(common(five, other), three);
    assert.equal(common(five, run(1, 7)), null);
  });
});
