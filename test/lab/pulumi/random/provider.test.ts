import assert from "node:assert/strict";
import { Secret, UNKNOWN } from "../../../../lab/pulumi/plugin/propertyValues";
import { RandomProvider } from "../../../../lab/pulumi/random/provider";

const provider = new RandomProvider();
const operation = {
  urn: "urn:pulumi:dev::p::random:index/randomPassword:RandomPassword::p",
  type: "random:index/randomPassword:RandomPassword",
  timeoutSeconds: undefined,
};

describe("the random provider", () => {
  it("knows a password only in the update, and always as a secret", async () => {
    const preview = await provider.create({ ...operation, run: "preview", inputs: { length: 12 } });
    assert.deepEqual(preview.state["result"], new Secret(UNKNOWN));
    const { id, state } = await provider.create({ ...operation, run: "update", inputs: { length: 12 } });
    assert.equal(id, "none");
    assert.ok(
      state["result"] instanceof Secret &&
        typeof state["result"].value === "string" &&
        state["result"].value.length === 12,
    );
  });

  it("keeps a password it has, and takes an imported one from the id", async () => {
    const state = { length: 3, result: new Secret("abc") };
    assert.deepEqual(await provider.read({ ...operation, id: "none", inputs: { length: 3 }, state }), {
      id: "none",
      inputs: { length: 3 },
      state,
    });
    const imported = await provider.read({ ...operation, id: "pässword", inputs: {}, state: {} });
    assert.deepEqual(
      [imported.id, imported.inputs, imported.state["result"]],
      ["none", { length: 8 }, new Secret("pässword")],
    );
  });

  it("replaces on a change", () => {
    const difference = provider.diff({
      ...operation,
      oldInputs: { length: 3 },
      oldState: {},
      newInputs: { length: 4 },
    });
    assert.deepEqual(difference.changes, [{ path: "length", kind: "update", effect: "replace" }]);
  });

  it("refuses the other resources by name", () => {
    const request = {
      urn: "",
      type: "random:index/randomPet:RandomPet",
      name: "p",
      oldInputs: undefined,
      newInputs: {},
      randomSeed: new Uint8Array(),
    };
    assert.throws(
      () => provider.check(request),
      /randomPet:RandomPet: the lab's random provider knows .*RandomPassword only/,
    );
  });
});
