import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import fc from "fast-check";
import { type CharacterClass, generatePassword, type PasswordRules } from "../../../../lab/pulumi/random/characters";

const PATTERNS: Record<CharacterClass, RegExp> = {
  lower: /[a-z]/g,
  upper: /[A-Z]/g,
  numeric: /[0-9]/g,
  special: /[-_]/g,
};

const rules: fc.Arbitrary<PasswordRules> = fc
  .tuple(
    fc.subarray<CharacterClass>(["lower", "upper", "numeric", "special"], { minLength: 1 }),
    fc.array(fc.nat(5), { minLength: 4, maxLength: 4 }),
    fc.integer({ min: 20, max: 60 }),
  )
  .map(([classes, least, length]) => ({
    length,
    classes: new Map(classes.map((name, place) => [name, least[place] ?? 0])),
    overrideSpecial: "-_",
  }));

describe("a random password", () => {
  it("has its length, only allowed characters, and the least number of each class", () => {
    fc.assert(
      fc.property(rules, (wanted) => {
        const password = generatePassword(wanted, randomInt);
        assert.equal(password.length, wanted.length);
        const counts = new Map(
          [...wanted.classes.keys()].map((name) => [name, password.match(PATTERNS[name])?.length ?? 0]),
        );
        assert.equal(
          [...counts.values()].reduce((sum, count) => sum + count, 0),
          wanted.length,
        );
        for (const [name, least] of wanted.classes) assert.ok((counts.get(name) ?? 0) >= least, name);
      }),
    );
  });

  it("does not keep the required characters in front", () => {
    // The required digit is chosen first; a shuffle that puts each next character in front moves it back.
    const password = generatePassword(
      {
        length: 4,
        classes: new Map([
          ["lower", 0],
          ["numeric", 1],
        ]),
        overrideSpecial: undefined,
      },
      () => 0,
    );
    assert.equal(password, "a0aa");
  });
});
