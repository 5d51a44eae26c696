import assert from "node:assert/strict";
import { count, flag, list, object, openWord, optional, or, orNull, report, text, word } from "../../contract/describe";
import { wordOr, type Description } from "../../contract/describe";
import { NotUnderstood, parse, parseJson } from "../../contract/parse";

const problems = (description: Description<unknown>, value: unknown): readonly string[] => {
  const reading = description.read(value, "");
  return reading.ok ? [] : reading.problems;
};

describe("contract/describe", () => {
  const shape = object({
    name: text,
    size: count,
    on: optional(flag),
    note: orNull(text),
    tags: or(list(text), []),
    mode: word(["fast", "slow"]),
  });
  const whole = { name: "a", size: 1, on: true, note: "n", tags: ["t"], mode: "fast" };

  it("reads what it describes", () => {
    assert.deepEqual(parse(shape, whole, "x"), whole);
  });

  it("keeps fields that it does not know", () => {
    assert.deepEqual(parse(shape, { ...whole, newer: { deep: 1 } }, "x"), { ...whole, newer: { deep: 1 } });
  });

  it("fills in what an older writer left out, and leaves what may be absent absent", () => {
    assert.deepEqual(parse(shape, { name: "a", size: 0, mode: "slow" }, "x"), {
      name: "a",
      size: 0,
      mode: "slow",
      note: null,
      tags: [],
    });
  });

  it("takes null for an optional field that is not there", () => {
    assert.equal("on" in parse(shape, { ...whole, on: null }, "x"), false);
  });

  it("names every problem with its place, and what is wrong there", () => {
    assert.deepEqual(problems(shape, { size: -1, on: "yes", note: 7, tags: ["t", 1], mode: "teleport" }), [
      "name: is missing",
      "size: is -1, not a whole number of at least 0",
      'on: is "yes", not true or false',
      "note: is 7, not a text",
      "tags[1]: is 1, not a text",
      'mode: is "teleport", not known to this version (fast, slow)',
    ]);
  });

  it("refuses a number that is no whole number", () => {
    for (const value of [1.5, Number.NaN, Infinity, 2 ** 60, "1", null, true]) {
      assert.equal(problems(count, value).length, 1, String(value));
    }
  });

  it("refuses what is no object, without showing what is in it", () => {
    for (const value of [null, undefined, 1, "secret".repeat(100), [whole]]) {
      const [problem, ...more] = problems(shape, value);
      assert.ok(problem !== undefined && problem.length < 100 && more.length === 0, problem);
    }
    assert.deepEqual(problems(object({ inner: text }), { inner: { password: "p" } }), [
      "inner: is an object, not a text",
    ]);
  });

  it("lets a word of a newer version pass where it is only shown, and gives it a meaning where it decides", () => {
    assert.equal(parse(openWord(["a"]), "b", "x"), "b");
    assert.equal(parse(wordOr(["a", "c"], "c"), "b", "x"), "c");
    assert.equal(parse(wordOr(["a", "c"], "c"), "a", "x"), "a");
  });

  it("requires in the schema what is neither optional nor given a value", () => {
    assert.deepEqual(shape.schema.required, ["name", "size", "mode"]);
    assert.equal(report({ name: text }).schema.required, undefined);
    assert.equal("required" in object({ a: optional(text) }).schema, false, "the API server drops an empty list");
  });

  it("says which file or answer is not understood", () => {
    assert.throws(() => parseJson(shape, "{", "site.json"), new NotUnderstood("site.json", ["is not JSON"]));
    assert.throws(() => parse(object({ a: text, b: text }), {}, "site.json"), /^NotUnderstood: site.json: a: .*; b: /);
  });
});
