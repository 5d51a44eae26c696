import assert from "node:assert/strict";
import fc from "fast-check";
import {
  afterFailure,
  afterReply,
  patienceMs,
  inOrder,
  isHealthy,
  unknownUpstream,
  type UpstreamState,
} from "../../../resolver/upstream/judge";

const state = (smoothedMs: number | undefined, failures = 0, lastFailureAt = 0): UpstreamState => ({
  smoothedMs,
  failures,
  lastFailureAt,
});
const order = (states: Readonly<Record<string, UpstreamState>>): string =>
  inOrder(Object.keys(states), (name) => states[name] ?? unknownUpstream).join(" ");

describe("the judgement of upstreams", () => {
  it("asks the fastest first", () => {
    assert.equal(order({ slow: state(80), fast: state(5), middling: state(20) }), "fast middling slow");
  });
  it("gives the unknown a chance before the slow", () => {
    assert.equal(order({ slow: state(300), unknown: unknownUpstream, fast: state(5) }), "fast unknown slow");
  });
  it("asks one that failed last time after those that did not, however fast it was", () => {
    assert.equal(order({ fast: state(5, 1, 1000), slow: state(80) }), "slow fast");
  });
  it("asks the unhealthy last, the one that has been down longest first", () => {
    assert.equal(
      order({ justDown: state(1, 3, 900), longDown: state(1, 9, 100), slow: state(500, 2, 950) }),
      "slow longDown justDown",
    );
  });
  it("holds one for down after three failures, and for well after one reply", () => {
    let each = state(10);
    for (const healthy of [true, true, false]) {
      each = afterFailure(each, 5);
      assert.equal(isHealthy(each), healthy);
    }
    assert.deepEqual(afterReply(each, 10), state(10, 0, 5));
  });
  it("smooths round-trip times between the old and the new", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 5000, noNaN: true }),
        fc.double({ min: 0.01, max: 5000, noNaN: true }),
        (before, now) => {
          const { smoothedMs = NaN } = afterReply(state(before), now);
          assert.ok(smoothedMs >= Math.min(before, now) - 1e-9 && smoothedMs <= Math.max(before, now) + 1e-9);
        },
      ),
    );
    assert.equal(afterReply(unknownUpstream, 30).smoothedMs, 30);
  });
  it("waits a multiple of the usual time, within limits", () => {
    assert.deepEqual([patienceMs(state(1)), patienceMs(state(100)), patienceMs(state(9_000))], [250, 400, 1_500]);
    assert.equal(patienceMs(unknownUpstream), 750);
  });
  it("asks each of them", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            smoothedMs: fc.option(fc.double({ min: 0, max: 1000, noNaN: true }), { nil: undefined }),
            failures: fc.nat(5),
            lastFailureAt: fc.nat(1000),
          }),
          { maxLength: 6 },
        ),
        (states) => {
          const ordered = inOrder(states, (each) => each);
          assert.equal(ordered.length, states.length);
          assert.deepEqual(new Set(ordered), new Set(states));
        },
      ),
    );
  });
});
