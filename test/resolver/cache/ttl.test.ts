import assert from "node:assert/strict";
import fc from "fast-check";
import { ageAt, clampTtl, msLeft, negativeTtl, readTtl, remainingTtl } from "../../../resolver/cache/ttl";
import { POLICY } from "../support/answers";

describe("times to live", () => {
  it("count down in whole seconds and never below 0", () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(1e9), fc.nat(2e8), (ttl, storedAt, later) => {
        const left = remainingTtl(ttl, ageAt(storedAt, storedAt + later));
        assert.ok(left >= 0 && left <= ttl);
        assert.equal(left, Math.max(0, ttl - Math.floor(later / 1000)));
      }),
    );
  });

  it("show the same in two resolvers, whenever each got the answer, within a second", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 86_400 }),
        fc.nat(1e9),
        fc.nat(86_400_000),
        fc.integer({ min: -500, max: 500 }),
        (ttl, storedAt, later, skew) => {
          const now = storedAt + later;
          assert.ok(
            Math.abs(remainingTtl(ttl, ageAt(storedAt, now)) - remainingTtl(ttl, ageAt(storedAt, now + skew))) <= 1,
          );
        },
      ),
    );
  });

  it("never last longer than said, though the clock that stored them is ahead", () => {
    fc.assert(
      fc.property(fc.nat(86_400), fc.nat(1e9), fc.nat(1e9), (ttl, storedAt, now) => {
        assert.ok(msLeft({ storedAt, ttl }, now) <= ttl * 1000);
        assert.ok(ageAt(storedAt, now) >= 0);
      }),
    );
  });

  it("are brought within the policy; the highest bit means 0", () => {
    assert.equal(clampTtl(5, { ...POLICY, least: 30 }), 30);
    assert.equal(clampTtl(500_000, POLICY), 86_400);
    assert.equal(readTtl(0x7fffffff), 0x7fffffff);
    assert.equal(readTtl(0x80000000), 0);
  });

  it("of what does not exist are the least of SOA, its minimum, the aliases and the cap", () => {
    assert.equal(negativeTtl(900, 300, Infinity, POLICY), 300);
    assert.equal(negativeTtl(200, 300, Infinity, POLICY), 200);
    assert.equal(negativeTtl(900, 300, 20, POLICY), 20);
    assert.equal(negativeTtl(90_000, 90_000, Infinity, POLICY), 3_600);
  });
});
