import assert from "node:assert/strict";
import { untilFed } from "../../../bench/resolver/fed";

const rates =
  (...all: readonly number[]) =>
  (attempt: number): Promise<{ readonly perSecond: number; readonly attempt: number }> =>
    Promise.resolve({ perSecond: all[attempt] ?? NaN, attempt });

describe("a figure at a given load", () => {
  it("counts when nine tenths of the load have arrived", async () => {
    assert.equal((await untilFed("hits", 1_000, rates(900))).attempt, 0);
    assert.equal((await untilFed("hits", 1_000, rates(1_100))).attempt, 0);
  });

  it("is taken again when the load was starved or came in a heap", async () => {
    assert.equal((await untilFed("hits", 1_000, rates(371, 1_700, 990))).attempt, 2);
  });

  it("is none when that does not help: the message says what arrived, and what to do", async () => {
    await assert.rejects(
      untilFed("hits", 1_300, rates(143, 371, 899)),
      /^Error: hits: 143, 371, 899 queries a second arrived where 1300 were wanted; .*run the benchmark again/,
    );
  });
});
