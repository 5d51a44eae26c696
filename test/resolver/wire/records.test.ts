import assert from "node:assert/strict";
import { decode } from "dns-packet";
import fc from "fast-check";
import { placesOf } from "../../../resolver/wire/records";
import { mutated, reply } from "../support/arbitrary";

describe("the records of a message", () => {
  it("are where dns-packet finds them, with the same TTLs", () => {
    fc.assert(
      fc.property(reply, (message) => {
        const decoded = decode(message);
        const ttls = [...(decoded.answers ?? []), ...(decoded.authorities ?? [])].map((record) =>
          "ttl" in record ? record.ttl : 0,
        );
        assert.deepEqual(
          placesOf(message)?.map((place) => message.readUInt32BE(place.ttlAt)),
          ttls,
        );
        assert.equal(placesOf(message)?.at(-1)?.end ?? message.length, message.length);
      }),
    );
  });

  it("lie within the message, whatever it holds", () => {
    fc.assert(
      fc.property(mutated(reply), (message) => {
        for (const place of placesOf(message) ?? []) {
          assert.ok(
            place.start >= 12 &&
              place.ttlAt > place.start &&
              place.dataAt === place.ttlAt + 6 &&
              place.end >= place.dataAt &&
              place.end <= message.length,
          );
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("are refused when a name within their data leads nowhere", () => {
    const head = Buffer.from([0, 1, 0x81, 0x80, 0, 0, 0, 1, 0, 0, 0, 0]);
    const cname = (data: readonly number[]): Buffer =>
      Buffer.concat([head, Buffer.from([0, 0, 5, 0, 1, 0, 0, 0, 60, 0, data.length, ...data])]);
    assert.equal(placesOf(cname([1, 97, 0]))?.length, 1);
    assert.equal(placesOf(cname([0xc0, 23])), undefined, "a pointer to itself");
    assert.equal(placesOf(cname([1, 97])), undefined, "no end");
    assert.equal(placesOf(cname([1, 97, 0, 0])), undefined, "something after it");
  });
});
