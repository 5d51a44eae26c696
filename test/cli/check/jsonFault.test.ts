import assert from "node:assert/strict";
import fc from "fast-check";
import { jsonFault } from "../../../cli/check/jsonFault";

describe("the place where a text stops being JSON", () => {
  it("is the first sign that does not belong", () => {
    for (const [text, line, column] of [
      ["[1,\n 2,\n x]", 3, 2],
      ['{"a": hunter2}', 1, 7],
      ["", 1, 1],
      ['{"a"', 1, 5],
      ['["never ends', 1, 13],
      ["[1] 2", 1, 5],
      ["{'a': 1}", 1, 2],
      ["[01]", 1, 3],
    ] as const) {
      assert.deepEqual(jsonFault(text), { line, column }, text);
    }
  });

  it("is nowhere in JSON", () => fc.assert(fc.property(fc.json(), (text) => jsonFault(text) === undefined)));

  it("is at the end of JSON that is cut off in a string, a list or a map", () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: fc.string({ minLength: 1 }), values: fc.array(fc.string()) }), { minLength: 1 }),
        fc.nat(),
        (value, cut) => {
          const text = JSON.stringify(value);
          const part = text.slice(0, cut % text.length);
          assert.deepEqual(jsonFault(part), { line: 1, column: part.length + 1 });
        },
      ),
    ));
});
