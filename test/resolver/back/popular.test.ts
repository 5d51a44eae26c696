import assert from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { decodePopular, encodePopular, mergePopular } from "../../../resolver/back/popular";
import { keyOf, type QuestionKey } from "../../../resolver/wire/question";
import { lowerCase } from "../../../resolver/wire/name";
import { keyFor } from "../support/answers";
import { wireName } from "../support/arbitrary";

const key = fc
  .tuple(wireName, fc.nat(0xffff), fc.boolean(), fc.boolean())
  .map(([name, type, dnssecOk, checkingDisabled]) =>
    keyOf({ name: lowerCase(name), type, class: 1, dnssecOk, checkingDisabled }),
  );

describe("the list of popular names", () => {
  it("can be read back, as far as is wanted", () => {
    fc.assert(
      fc.property(fc.array(key), fc.nat(20), (keys, most) => {
        const list = encodePopular(keys);
        assert.deepEqual(decodePopular(list, keys.length), keys);
        assert.deepEqual(decodePopular(list, most), keys.slice(0, most));
      }),
    );
  });

  it("is read without throwing, whatever it holds, and gives keys of questions only", () => {
    const body = fc
      .uint8Array({ maxLength: 200 })
      .map((bytes) => Buffer.concat([Buffer.from([1]), deflateRawSync(bytes)]));
    fc.assert(
      fc.property(
        fc.oneof(
          body,
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
        (list) => {
          for (const each of decodePopular(list, 100))
            assert.deepEqual(decodePopular(encodePopular([each]), 1), [each]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("of another format is none", () => {
    const list = encodePopular([keyFor("a.example")]);
    list.writeUInt8(2, 0);
    assert.deepEqual(decodePopular(list, 10), []);
  });

  it("does not unpack without end", () => {
    const bomb = Buffer.concat([Buffer.from([1]), deflateRawSync(Buffer.alloc(64 * 2 ** 20))]);
    assert.deepEqual(decodePopular(bomb, 10), []);
  });

  it("keeps what others wrote, behind one's own, without doubles", () => {
    const [a, b, c] = ["a.example", "b.example", "c.example"].map((name) => keyFor(name)) as [
      QuestionKey,
      QuestionKey,
      QuestionKey,
    ];
    assert.deepEqual(mergePopular([b], [a, b, c], 10), [b, a, c]);
    assert.deepEqual(mergePopular([b], [a, b, c], 2), [b, a]);
  });
});
