import assert from "node:assert/strict";
import fc from "fast-check";
import { allKeysBut, allKeysButReserved } from "../../../server/acl/patterns";
import { literalPrefix, touchesReserved } from "../../../server/acl/rules";
import { RESERVED_PREFIX } from "../../../server/acl/user";

/** The servers' glob, as far as these patterns use it. */
const matcher = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/\\(.)|([.+^$(){}|/])/gs, (_, escaped: string | undefined, special: string | undefined) =>
        escaped === undefined ? `\\${special}` : `\\x${escaped.charCodeAt(0).toString(16).padStart(2, "0")}`,
      )
      .replace(/\[\\\^/g, "[^")
      .replace(/(?<!\\)\*/g, "[^]*")}$`,
    "s",
  );

describe("all keys but those under a prefix", () => {
  const near = fc.oneof(
    fc.string({ minLength: 1 }),
    fc
      .tuple(fc.nat(RESERVED_PREFIX.length), fc.string())
      .map(([length, rest]) => RESERVED_PREFIX.slice(0, length) + rest),
  );

  it("matches a key exactly when it is not under the guard's prefix", () => {
    const patterns = allKeysButReserved.map(matcher);
    fc.assert(
      fc.property(near, (key) => {
        fc.pre(key !== "");
        assert.equal(
          patterns.some((pattern) => pattern.test(key)),
          !key.startsWith(RESERVED_PREFIX),
          JSON.stringify(key),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("works for a prefix of any letters", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z:._-]{1,6}$/), fc.stringMatching(/^[a-z:._-]{1,9}$/), (prefix, key) => {
        assert.equal(
          allKeysBut(prefix)
            .map(matcher)
            .some((pattern) => pattern.test(key)),
          !key.startsWith(prefix),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a pattern's prefix", () => {
  it("ends at the first wildcard and reads escapes", () => {
    assert.deepEqual(["cache:*", "*", "a\\*b*", "a[bc]d", "plain", "q?"].map(literalPrefix), [
      "cache:",
      "",
      "a*b",
      "a",
      "plain",
      "q",
    ]);
  });

  it("touches the guard's prefix, or leaves it", () => {
    for (const pattern of ["*", "_*", "__dr:*", "__dr:x", "__*", "?*", "[_]*", "[^a]*", "__dr:h?", "__d*"])
      assert.equal(touchesReserved(pattern), true, pattern);
    for (const pattern of ["cache:*", "__dr", "_", "x*", "__drx:*", ...allKeysButReserved])
      assert.equal(touchesReserved(pattern), false, pattern);
  });
});
