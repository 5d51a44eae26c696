import assert from "node:assert/strict";
import { higherClaim, highestFirst, nextEpochOf, outranks, type Claim } from "../../contract/epochs";
import { siteName, type SiteName } from "../../server/types";

const PRIMARY = siteName("primary");
const DR = siteName("dr");
const PAIR = [PRIMARY, DR];
const NAMES = ["dr", "east", "north", "primary", "west"].map(siteName);

/** The same numbers at every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}

describe("contract/epochs", () => {
  describe("nextEpochOf", () => {
    it("introduces primary at 1 and moves the pair by switchovers at 2, 3 and 4", () => {
      assert.equal(nextEpochOf(PRIMARY, PAIR), 1);
      assert.equal(nextEpochOf(DR, PAIR, 1), 2);
      assert.equal(nextEpochOf(PRIMARY, PAIR, 1, 2), 3);
      assert.equal(nextEpochOf(DR, PAIR, 3, 2), 4);
    });

    it("leaves out the other site's epoch where a site is promoted again", () => {
      assert.equal(nextEpochOf(DR, PAIR, 2), 4);
      assert.equal(nextEpochOf(PRIMARY, PAIR, 1), 3);
    });

    it("gives a site alone every epoch", () => {
      assert.deepEqual([nextEpochOf(DR, [DR]), nextEpochOf(DR, [DR], 1), nextEpochOf(DR, [], 7)], [1, 2, 8]);
    });

    it("depends neither on the order of the sites nor on a name that is given twice", () => {
      assert.equal(nextEpochOf(DR, [DR, PRIMARY, DR], 6), nextEpochOf(DR, [PRIMARY, DR], 6));
    });

    it("never draws the same epoch for two sites, whatever each of them has seen", () => {
      const random = numbers(7);
      const seen = (): number[] => Array.from({ length: random.next().value % 4 }, () => random.next().value % 50);
      for (let turn = 0; turn < 5_000; turn += 1) {
        const sites = NAMES.slice(0, 2 + (random.next().value % (NAMES.length - 1)));
        const one = sites[random.next().value % sites.length] ?? DR;
        const other = sites.find((site) => site !== one) ?? PRIMARY;
        const [mine, theirs] = [seen(), seen()];
        const [a, b] = [nextEpochOf(one, sites, ...mine), nextEpochOf(other, sites, ...theirs)];
        assert.notEqual(a, b, `${one} saw ${mine.join()}, ${other} saw ${theirs.join()}`);
        assert.ok(a > Math.max(0, ...mine) && a <= Math.max(0, ...mine) + sites.length, "the lowest above");
      }
    });
  });

  describe("the order of claims", () => {
    const claim = (epoch: number, site: SiteName, role: Claim["role"] = "primary"): Claim => ({ epoch, site, role });

    it("puts the higher epoch before the higher name", () => {
      const claims = [claim(1, PRIMARY), claim(2, DR), claim(2, PRIMARY), claim(3, DR)];
      assert.deepEqual(
        [...claims].sort(highestFirst).map((c) => `${c.epoch} ${c.site}`),
        ["3 dr", "2 primary", "2 dr", "1 primary"],
      );
    });

    it("has a peer outrank a primary by a higher epoch, or at the same epoch by a primary's higher name", () => {
      assert.equal(outranks(claim(3, DR, "replica"), claim(2, PRIMARY)), true);
      assert.equal(outranks(claim(2, PRIMARY), claim(2, DR)), true);
      assert.equal(outranks(claim(2, DR), claim(2, PRIMARY)), false);
      assert.equal(outranks(claim(2, PRIMARY, "replica"), claim(2, DR)), false);
    });

    it("keeps the higher claim: epoch, then primary, then name", () => {
      assert.equal(higherClaim(null, claim(1, DR)).site, DR);
      assert.equal(higherClaim(claim(2, DR), claim(1, PRIMARY)).epoch, 2);
      assert.equal(higherClaim(claim(2, PRIMARY, "replica"), claim(2, DR)).site, DR);
      assert.equal(higherClaim(claim(2, DR), claim(2, PRIMARY)).site, PRIMARY);
    });
  });
});
