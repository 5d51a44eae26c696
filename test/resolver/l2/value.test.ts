import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeValue, encodeValue } from "../../../resolver/l2/value";
import { questionSectionOf } from "../../../resolver/wire/question";
import { mutated } from "../support/arbitrary";
import { answerFor, kept, keyFor } from "../support/answers";
import { record } from "../support/upstream";

const SECTION = questionSectionOf(keyFor("example.com"));
const large = kept({ answers: Array.from({ length: 100 }, (_, i) => record("example.com", 300, `192.0.2.${i}`)) });

describe("values of the shared cache", () => {
  it("come back as they went in, age included", () => {
    const answer = answerFor("example.com", 300, 1_700_000_000_123);
    for (const compressAbove of [Infinity, 0]) assert.deepEqual(decodeValue(encodeValue(answer, compressAbove), SECTION), answer);
  });

  it("are compressed above the given size when it helps", () => {
    assert.ok(large !== undefined);
    const plain = encodeValue(large, Infinity);
    const packed = encodeValue(large, 1_000);
    assert.ok(packed.length < plain.length / 2, `${packed.length} of ${plain.length}`);
    assert.deepEqual(decodeValue(packed, SECTION), large);
    assert.equal(plain.length, large.wire.length + 14);
  });

  it("cost 14 bytes more than the message", () => {
    const answer = answerFor("example.com", 300);
    assert.equal(encodeValue(answer, Infinity).length, answer.wire.length + 14);
  });

  it("are not believed when they answer something else, are of another format, or are damaged", () => {
    const value = encodeValue(answerFor("example.com", 300), Infinity);
    assert.equal(decodeValue(value, questionSectionOf(keyFor("example.org"))), undefined);
    assert.equal(decodeValue(value, questionSectionOf(keyFor("example.com", "AAAA"))), undefined);
    assert.equal(decodeValue(Buffer.concat([Buffer.from([2]), value.subarray(1)]), SECTION), undefined);
    assert.equal(decodeValue(value.subarray(0, value.length - 1), SECTION), undefined);
    assert.equal(decodeValue(Buffer.concat([value, Buffer.from([0])]), SECTION), undefined);
    assert.equal(decodeValue(Buffer.alloc(0), SECTION), undefined);
  });

  it("never make a reader throw, or unpack more than a message may hold", () => {
    fc.assert(
      fc.property(mutated(fc.constantFrom(encodeValue(answerFor("example.com", 300), 0), encodeValue(answerFor("example.com", 300), Infinity))), (value) => void decodeValue(value, SECTION)),
      { numRuns: 3000 },
    );
    const bomb = { wire: "\0".repeat(10_000_000), ttlOffsets: [], storedAt: 0, ttl: 1 };
    const packed = encodeValue(bomb, 0);
    assert.ok(packed.length < 100_000);
    assert.equal(decodeValue(packed, SECTION), undefined);
  });
});
