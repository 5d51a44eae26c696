import assert from "node:assert/strict";
import fc from "fast-check";
import { lowerCase } from "../../../resolver/wire/name";
import { nameFromText, nameToText } from "../../../resolver/wire/presentation";
import { typeFromText, typeToText } from "../../../resolver/wire/typeNames";
import { wireName } from "../support/arbitrary";

describe("names as text", () => {
  it("can be read back, whatever bytes a label holds", () => {
    fc.assert(fc.property(wireName.map(lowerCase), (name) => assert.equal(nameFromText(nameToText(name)), name)));
  });

  it("holds no colon, space or control character, so that it can be part of a key", () => {
    fc.assert(fc.property(wireName, (name) => assert.match(nameToText(name), /^[\x21-\x39\x3b-\x7e]+$/)));
  });

  it("reads what operators type", () => {
    assert.equal(nameFromText("WWW.Example.com."), "\x03www\x07example\x03com\0");
    assert.equal(nameFromText("."), "\0");
    assert.equal(nameToText("\0"), ".");
    assert.equal(nameToText("\x01*\x03com\0"), "*.com");
    assert.equal(nameFromText("a\\.b.c"), "\x03a.b\x01c\0");
  });

  it("refuses what is no name, and says what to do", () => {
    for (const text of ["", "a..b", ".a", `${"a".repeat(64)}.com`, "a.".repeat(130)])
      assert.throws(() => nameFromText(text), /not a domain name; labels have/);
    assert.throws(() => nameFromText("bücher.example"), /xn--/);
    assert.throws(() => nameFromText("a\\999"), /is no byte/);
  });
});

describe("types as text", () => {
  it("can be read back", () => {
    fc.assert(fc.property(fc.nat(0xffff), (type) => assert.equal(typeFromText(typeToText(type)), type)));
  });
  it("knows what browsers ask for, in any case, and no nonsense", () => {
    assert.equal(typeFromText("https"), 65);
    assert.equal(typeFromText("TYPE65280"), 65280);
    assert.equal(typeFromText("TYPE65536"), undefined);
    assert.equal(typeFromText("FOO"), undefined);
  });
});
