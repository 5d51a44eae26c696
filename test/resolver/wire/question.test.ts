import assert from "node:assert/strict";
import fc from "fast-check";
import { lowerCase } from "../../../resolver/wire/name";
import { keyOf, keyOfPacket, questionOf, questionSectionOf, type Question } from "../../../resolver/wire/question";
import { wireName } from "../support/arbitrary";

const question: fc.Arbitrary<Question> = fc.record({
  name: wireName.map(lowerCase),
  type: fc.nat(0xffff),
  class: fc.nat(0xffff),
  dnssecOk: fc.boolean(),
  checkingDisabled: fc.boolean(),
});

describe("the key of a question", () => {
  it("can be read back", () => {
    fc.assert(fc.property(question, (each) => assert.deepEqual(questionOf(keyOf(each)), { ...each })));
  });

  it("differs for questions that differ", () => {
    fc.assert(
      fc.property(question, question, (a, b) => {
        assert.equal(keyOf(a) === keyOf(b), JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it("is the same for whatever case a client writes, type and class aside", () => {
    // Type 65 is the letter A: it must not become 97.
    const section = Buffer.from("\x03WwW\x01z\0\0\x41\0\x01", "latin1");
    const packet = Buffer.concat([Buffer.alloc(12), section]);
    const key = keyOfPacket(packet, packet.length - 4, true, false, false);
    assert.equal(key, "\x03www\x01z\0\0\x41\0\x01");
    assert.equal(questionSectionOf(keyOfPacket(packet, packet.length - 4, true, true, true)), key);
    assert.equal(packet.toString("latin1", 12), section.toString("latin1"), "the packet is left as it is");
  });
});
