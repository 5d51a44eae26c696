import assert from "node:assert/strict";
import { Secret, UNKNOWN } from "../../../../lab/pulumi/plugin/propertyValues";
import {
  changedProperties,
  checkPassword,
  effectiveInputs,
  passwordRules,
} from "../../../../lab/pulumi/random/password";

describe("a RandomPassword's inputs", () => {
  it("pass when they can be met", () => {
    assert.deepEqual(checkPassword({ length: 24, special: false, minNumeric: 2, keepers: { epoch: "1" } }), []);
    assert.deepEqual(checkPassword({ length: UNKNOWN }), []);
  });

  it("are refused all at once", () => {
    assert.deepEqual(checkPassword({ length: 2, minLower: 2, minUpper: 1, lenght: 3 }), [
      { property: "lenght", reason: "no such property of a RandomPassword; remove it" },
      { property: "length", reason: "is 2, but the least numbers of each class add up to 3" },
    ]);
    assert.deepEqual(
      checkPassword({}).map(({ property }) => property),
      ["length"],
    );
    assert.deepEqual(
      checkPassword({ length: 8, lower: false, upper: false, numeric: false, special: false }).length,
      1,
    );
  });

  it("count a least number only of a class that is allowed", () => {
    const rules = passwordRules(effectiveInputs({ length: 8, special: false, minSpecial: 9 }));
    assert.deepEqual([...rules.classes.keys()], ["lower", "upper", "numeric"]);
  });

  it("differ only where their meaning differs", () => {
    assert.deepEqual(changedProperties({ length: 8 }, { length: 8, special: true, numeric: true }), []);
    assert.deepEqual(changedProperties({ length: 8, number: false }, { length: 8, numeric: false }), []);
    assert.deepEqual(
      changedProperties({ length: 8, keepers: { a: new Secret("1") } }, { length: 9, keepers: { a: "2" } }),
      ["keepers", "length"],
    );
    assert.deepEqual(changedProperties({ length: 8, keepers: { a: "1" } }, { length: 8, keepers: { a: UNKNOWN } }), [
      "keepers",
    ]);
  });
});
