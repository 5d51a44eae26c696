import assert from "node:assert/strict";
import fc from "fast-check";
import { frame, Unframer } from "../../../resolver/wire/framing";

describe("messages over TCP", () => {
  it("come out as they went in, however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 }),
        (messages, cuts) => {
          const stream = Buffer.concat(messages.map((message) => frame(Buffer.from(message))));
          const unframer = new Unframer(100);
          const out: Buffer[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const end = at + (cuts[i % cuts.length] ?? 1);
            const part = unframer.push(stream.subarray(at, end));
            assert.notEqual(part, "too large");
            if (part !== "too large") out.push(...part);
            at = end;
          }
          assert.deepEqual(
            out.map((each) => [...each]),
            messages.map((each) => [...each]),
          );
        },
      ),
    );
  });

  it("are refused as soon as one announces too much", () => {
    assert.equal(new Unframer(4096).push(Buffer.from([0x10, 0x01])), "too large");
    assert.deepEqual(new Unframer(4096).push(Buffer.from([0x10, 0x00])), []);
  });
});
