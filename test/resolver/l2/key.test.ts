import assert from "node:assert/strict";
import fc from "fast-check";
import { invalidationChannel } from "../../../contract/resolverUser";
import { popularKey, sharedKey } from "../../../resolver/l2/key";
import { resolverAclUser } from "../support/resolverAclUser";
import { lowerCase } from "../../../resolver/wire/name";
import { keyOf, type Question } from "../../../resolver/wire/question";
import { wireName } from "../support/arbitrary";
import { keyFor } from "../support/answers";

const question: fc.Arbitrary<Question> = fc.record({
  name: wireName.map(lowerCase),
  type: fc.oneof(fc.constantFrom(1, 28, 65, 65280), fc.nat(0xffff)),
  class: fc.constantFrom(1, 3),
  dnssecOk: fc.boolean(),
  checkingDisabled: fc.boolean(),
});

describe("keys of the shared cache", () => {
  it("are those of the seed, and what else the answer depends on", () => {
    assert.equal(sharedKey("heimdall:dns:cache", keyFor("Www.Example.com")), "heimdall:dns:cache:www.example.com:A:IN");
    assert.equal(sharedKey("p", keyFor(".", "NS")), "p:.:NS:IN");
    assert.equal(sharedKey("p", keyFor("a.b", "HTTPS", { dnssecOk: true })), "p:a.b:HTTPS:IN:do");
    assert.equal(
      sharedKey("p", keyFor("a.b", "TYPE65280", { dnssecOk: true, checkingDisabled: true })),
      "p:a.b:TYPE65280:IN:do:cd",
    );
  });

  it("differ for questions that differ, and are none of the prefix's own", () => {
    fc.assert(
      fc.property(question, question, (a, b) => {
        assert.equal(sharedKey("p", keyOf(a)) === sharedKey("p", keyOf(b)), JSON.stringify(a) === JSON.stringify(b));
        assert.notEqual(sharedKey("p", keyOf(a)), popularKey("p"));
      }),
      { numRuns: 1000 },
    );
  });

  it("are what its user may touch", () => {
    const user = resolverAclUser("heimdall", "heimdall:dns:cache");
    assert.deepEqual(user.keys, ["heimdall:dns:cache:*"]);
    assert.deepEqual(user.channels, [invalidationChannel("heimdall:dns:cache")]);
    assert.equal(user.commands[0], "-@all");
  });
});
