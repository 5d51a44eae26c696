import assert from "node:assert/strict";
import fc from "fast-check";
import { seeded } from "../../../bench/resolver/workload";
import { hitRateByRoom, hitRateByTtl, hitRateOfAll, sampler, zipfShares } from "../../../bench/resolver/zipf";

const near = (a: number, b: number, by: number): void =>
  assert.ok(Math.abs(a - b) <= by, `${a} and ${b} are further than ${by} apart`);

describe("the theory of caches", () => {
  it("has shares that fall and add up to 1", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 2, noNaN: true }), (names, exponent) => {
        const shares = zipfShares(names, exponent);
        near(
          shares.reduce((a, b) => a + b, 0),
          1,
          1e-9,
        );
        for (let i = 1; i < names; i++) assert.ok((shares[i] ?? 0) <= (shares[i - 1] ?? 0));
      }),
    );
  });

  it("draws names as often as their shares say", () => {
    const shares = zipfShares(50, 0.9);
    const draw = sampler(shares, seeded(1));
    const drawn = Array<number>(50).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const name = draw();
      drawn[name] = (drawn[name] ?? 0) + 1;
    }
    shares.forEach((share, i) => near((drawn[i] ?? 0) / 100_000, share, 0.005));
  });

  it("says of TTLs what a simulation says", () => {
    const [names, ttl, queries] = [200, 500, 60_000];
    const shares = zipfShares(names, 0.9);
    const random = seeded(3);
    const draw = sampler(shares, random);
    const until = Array<number>(names).fill(-1);
    let hits = 0;
    let now = 0;
    for (let i = 0; i < queries; i++) {
      now += -Math.log(1 - random());
      const name = draw();
      if (now < (until[name] ?? -1)) hits += 1;
      else until[name] = now + ttl;
    }
    near(hits / queries, hitRateByTtl(shares, ttl), 0.01);
  });

  it("says of a full cache what a simulation says", () => {
    const [names, entries, queries] = [500, 100, 60_000];
    const shares = zipfShares(names, 0.9);
    const draw = sampler(shares, seeded(4));
    const cache = new Map<number, true>();
    let hits = 0;
    for (let i = 0; i < queries; i++) {
      const name = draw();
      if (cache.delete(name)) hits += 1;
      cache.set(name, true);
      const [oldest] = cache.keys();
      if (cache.size > entries && oldest !== undefined) cache.delete(oldest);
    }
    near(hits / queries, hitRateByRoom(shares, entries), 0.01);
  });

  it("says of a cache that keeps all what a simulation says", () => {
    const shares = zipfShares(2_000, 0.9);
    const draw = sampler(shares, seeded(5));
    const seen = new Set<number>();
    for (let i = 0; i < 2_000; i++) seen.add(draw());
    let hits = 0;
    for (let i = 0; i < 8_000; i++) {
      const name = draw();
      if (seen.has(name)) hits += 1;
      seen.add(name);
    }
    near(hits / 8_000, hitRateOfAll(shares, 2_000, 10_000), 0.015);
  });

  it("never gives more than 82 % to three replicas that had 60 % alone", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 500 }),
        fc.double({ min: 0, max: 1.5, noNaN: true }),
        fc.double({ min: 1, max: 5_000, noNaN: true }),
        (names, exponent, perTtl) => {
          const shares = zipfShares(names, exponent);
          if (hitRateByTtl(shares, perTtl) <= 0.6) assert.ok(hitRateByTtl(shares, perTtl * 3) <= 0.819);
        },
      ),
    );
  });
});
