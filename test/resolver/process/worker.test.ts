import assert from "node:assert/strict";
import fc from "fast-check";
import { bytes } from "../../../server/types";
import { shareOfCache } from "../../../resolver/process/worker";

describe("the shares of the local cache", () => {
  it("are together what is given, and never more, however many processes there are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2 ** 20, max: 2 ** 36 }), fc.integer({ min: 1, max: 256 }), (given, workers) => {
        const { ofPrimary, ofWorker } = shareOfCache({ cacheBytes: bytes(given), workers });
        const sum = ofPrimary + workers * ofWorker;
        assert.ok(sum <= given && sum > given - workers - 2);
      }),
    );
  });
});
