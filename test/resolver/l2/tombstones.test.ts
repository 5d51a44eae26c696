import assert from "node:assert/strict";
import fc from "fast-check";
import { readInvalidation, writeInvalidation } from "../../../resolver/l2/message";
import { Tombstones } from "../../../resolver/l2/tombstones";
import { lowerCase } from "../../../resolver/wire/name";
import { wireName } from "../support/arbitrary";

describe("flushed names", () => {
  it("cover what is not newer than the flush, of that type or of all", () => {
    const tombstones = new Tombstones();
    tombstones.bury({ name: "a", type: undefined, at: 100 });
    tombstones.bury({ name: "b", type: 1, at: 100 });
    assert.deepEqual(
      [tombstones.covers("a", 1, 100), tombstones.covers("a", 28, 50), tombstones.covers("a", 1, 101)],
      [true, true, false],
    );
    assert.deepEqual(
      [tombstones.covers("b", 1, 100), tombstones.covers("b", 28, 100), tombstones.covers("c", 1, 0)],
      [true, false, false],
    );
  });

  it("are not dug out by an older message", () => {
    const tombstones = new Tombstones();
    tombstones.bury({ name: "a", type: undefined, at: 100 });
    tombstones.bury({ name: "a", type: undefined, at: 50 });
    assert.ok(tombstones.covers("a", 1, 100));
  });

  it("are told as JSON that can be read back", () => {
    fc.assert(
      fc.property(
        wireName.map(lowerCase),
        fc.option(fc.nat(0xffff), { nil: undefined }),
        fc.nat(),
        (name, type, at) => {
          assert.deepEqual(readInvalidation(writeInvalidation({ name, type, at })), { name, type, at });
        },
      ),
    );
    assert.equal(writeInvalidation({ name: "\x01a\0", type: 28, at: 5 }), '{"name":"a","type":"AAAA","at":5}');
  });

  it("are not taken from anything else", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => assert.equal(readInvalidation(text), undefined)));
    for (const text of [
      '{"name":"a..b","at":1}',
      '{"name":"a","type":"FOO","at":1}',
      '{"name":"a"}',
      '{"name":1,"at":1}',
      "null",
    ])
      assert.equal(readInvalidation(text), undefined, text);
  });
});
