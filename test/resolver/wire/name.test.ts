import assert from "node:assert/strict";
import fc from "fast-check";
import { endOfName, lowerCase, randomiseCase, readPlainName } from "../../../resolver/wire/name";
import { wireName } from "../support/arbitrary";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

describe("names on the wire", () => {
  it("ends after the root label, wherever the name stands", () => {
    fc.assert(
      fc.property(
        wireName,
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ maxLength: 20 }),
        (name, before, after) => {
          const message = Buffer.concat([before, bytes(name), after]);
          assert.equal(readPlainName(message, before.length)?.end, before.length + name.length);
          assert.equal(endOfName(message, before.length), before.length + name.length);
        },
      ),
    );
  });

  it("knows whether there is an upper-case letter; length bytes are none", () => {
    assert.equal(readPlainName(bytes("\x03abc\0"), 0)?.hasUpper, false);
    assert.equal(readPlainName(bytes("\x03abC\0"), 0)?.hasUpper, true);
    assert.equal(readPlainName(bytes("\x03ab\xc1\0"), 0)?.hasUpper, false);
  });

  it("refuses a label of 64, a name of 256, a pointer and an end that is missing", () => {
    assert.equal(readPlainName(bytes(`\x40${"a".repeat(64)}\0`), 0), undefined);
    const label = `\x3f${"a".repeat(63)}`;
    assert.equal(readPlainName(bytes(`${label.repeat(3)}\x3d${"b".repeat(61)}\0`), 0)?.end, 255);
    assert.equal(readPlainName(bytes(`${label.repeat(3)}\x3e${"b".repeat(62)}\0`), 0), undefined);
    assert.equal(readPlainName(bytes("\xc0\x0c"), 0), undefined);
    assert.equal(readPlainName(bytes("\x03ab"), 0), undefined);
    assert.equal(readPlainName(bytes("\x03abc"), 0), undefined);
  });

  it("follows pointers back and refuses those that could go round", () => {
    const header = "\0".repeat(12);
    assert.equal(endOfName(bytes(`${header}\x01a\0\x01b\xc0\x0c`), 15), 19);
    assert.equal(endOfName(bytes(`${header}\xc0\x0c`), 12), undefined, "to itself");
    assert.equal(endOfName(bytes(`${header}\x01a\xc0\x0c`), 12), undefined, "to its own start");
    assert.equal(endOfName(bytes(`${header}\xc0\x0e\x01a\0`), 12), undefined, "forward");
    assert.equal(endOfName(bytes(`${header}\xc0\x00`), 12), undefined, "into the header");
  });

  it("ends on any bytes whatever", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(600), (message, start) => {
        const end = endOfName(message, start);
        assert.ok(end === undefined || (end > start && end <= message.length));
        const plain = readPlainName(message, start);
        assert.ok(plain === undefined || (plain.end > start && plain.end <= message.length));
      }),
      { numRuns: 2000 },
    );
  });

  it("changes nothing but the case of ASCII letters", () => {
    fc.assert(
      fc.property(wireName, (name) => {
        const message = bytes(name);
        randomiseCase(message, 0, message.length, Buffer.from(message.map((_, i) => i * 37)));
        // A length byte is at most 40 here: never a letter.
        assert.equal(lowerCase(message.toString("latin1")), lowerCase(name));
      }),
    );
  });
});
