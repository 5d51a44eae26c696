import assert from "node:assert/strict";
import fc from "fast-check";
import { Pace } from "../../../lab/load/pace";

describe("lab/load: the pace of writes", () => {
  it("never lets more through than rate × time and its small backlog", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 60 }),
        (rate, batch, pauses) => {
          let clock = 0;
          const pace = new Pace(rate, () => clock, 20);
          let written = 0;
          for (const pause of pauses) {
            clock += pause + pace.take(batch);
            written += batch;
            const allowed = ((clock + 20) * rate) / 1_000 + batch;
            assert.ok(
              written <= allowed + 1e-6,
              `${written} writes after ${clock} ms at ${rate}/s in batches of ${batch}`,
            );
          }
        },
      ),
    );
  });

  it("does not catch up an outage", () => {
    let clock = 0;
    const pace = new Pace(100, () => clock, 20);
    assert.equal(pace.take(1), 0);
    clock = 10_000;
    const waits = Array.from({ length: 5 }, () => pace.take(1));
    assert.deepEqual(waits, [0, 0, 0, 10, 20]);
  });

  it("never waits without a rate", () => {
    const pace = new Pace("max", () => 0);
    assert.deepEqual([pace.take(100), pace.take(100)], [0, 0]);
  });
});
