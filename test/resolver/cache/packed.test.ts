import assert from "node:assert/strict";
import fc from "fast-check";
import { pack, unpack } from "../../../resolver/cache/packed";

const answer = fc.record(
  {
    wire: fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
    ttlOffsets: fc.array(fc.nat(65_535), { maxLength: 50 }),
    storedAt: fc.maxSafeNat().map((ms) => ms % 2 ** 45),
    ttl: fc.nat(2 ** 31 - 1),
  },
  { noNullPrototype: true },
);

describe("a packed answer", () => {
  it("unpacks to what it was, whatever was packed after it", () => {
    fc.assert(
      fc.property(answer, answer, (first, second) => {
        const packed = [pack(first), pack(second)] as const;
        assert.deepEqual(packed.map(unpack), [first, second]);
      }),
    );
  });

  it("holds the largest message there is, with as many records as fit", () => {
    const largest = {
      wire: "\xff".repeat(65_535),
      ttlOffsets: Array.from({ length: 5_900 }, (_, i) => i * 11),
      storedAt: 2 ** 45,
      ttl: 604_800,
    };
    assert.deepEqual(unpack(pack(largest)), largest);
  });

  it("costs 12 bytes and two for each record beside the message", () => {
    assert.equal(pack({ wire: "x".repeat(60), ttlOffsets: [30, 40], storedAt: 1, ttl: 1 }).length, 60 + 12 + 4);
  });
});
