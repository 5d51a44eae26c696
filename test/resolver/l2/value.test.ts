import assert from "node:assert/strict";
import fc from "fast-check";
import type { Answer, StoredLimits } from "../../../resolver/cache/answer";
import { decodeValue as decode, encodeValue } from "../../../resolver/l2/value";
import { questionSectionOf } from "../../../resolver/wire/question";
import { mutated } from "../support/arbitrary";
import { answerFor, kept, keyFor } from "../support/answers";
import { record } from "../support/upstream";

const LIMITS = { nowMs: 1_700_000_000_123, mostTtl: 86_400 };
const decodeValue = (value: Buffer, section: string, limits: StoredLimits = LIMITS): Answer | undefined =>
  decode(value, section, limits);
const SECTION = questionSectionOf(keyFor("example.com"));
const large = kept({ answers: Array.from({ length: 100 }, (_, i) => record("example.com", 300, `192.0.2.${i}`)) });

describe("values of the shared cache", () => {
  it("come back as they went in, age included", () => {
    const answer = answerFor("example.com", 300, 1_700_000_000_123);
    for (const compressAbove of [Infinity, 0])
      assert.deepEqual(decodeValue(encodeValue(answer, compressAbove), SECTION), answer);
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

  it("are no answers when they are questions, cut, or of another opcode", () => {
    for (const flags of [0x0180, 0x8380, 0xa980]) {
      const value = encodeValue(answerFor("example.com", 300), Infinity);
      value.writeUInt16BE(flags, 14 + 2);
      assert.equal(decodeValue(value, SECTION), undefined, flags.toString(16));
    }
  });

  it("written by a clock that is ahead are true from now on at most", () => {
    const value = encodeValue(answerFor("example.com", 300, LIMITS.nowMs + 86_400_000), Infinity);
    assert.equal(decodeValue(value, SECTION)?.storedAt, LIMITS.nowMs);
  });

  it("written under another policy are cut to this one, in whole and in each record", () => {
    const answer = decodeValue(encodeValue(answerFor("example.com", 80_000), Infinity), SECTION, {
      ...LIMITS,
      mostTtl: 60,
    });
    assert.ok(answer !== undefined);
    const wire = Buffer.from(answer.wire, "latin1");
    assert.deepEqual([answer.ttl, ...answer.ttlOffsets.map((at) => wire.readUInt32BE(at))], [60, 60]);
  });

  it("never make a reader throw, or unpack more than a message may hold", () => {
    fc.assert(
      fc.property(
        mutated(
          fc.constantFrom(
            encodeValue(answerFor("example.com", 300), 0),
            encodeValue(answerFor("example.com", 300), Infinity),
          ),
        ),
        (value) => void decodeValue(value, SECTION),
      ),
      { numRuns: 3000 },
    );
    const bomb = { wire: "\0".repeat(10_000_000), ttlOffsets: [], storedAt: 0, ttl: 1 };
    const packed = encodeValue(bomb, 0);
    assert.ok(packed.length < 100_000);
    assert.equal(decodeValue(packed, SECTION), undefined);
  });
});
