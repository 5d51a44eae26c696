import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeProperties,
  encodeProperties,
  isKnownObject,
  markSecretsLike,
  type PropertyMap,
  type PropertyValue,
  Secret,
  UNKNOWN,
  withoutSecrets,
} from "../../../../lab/pulumi/plugin/propertyValues";

/**
 * Protobuf's library keeps a map in a plain object, which has no room for this one key; no property of Kubernetes or
 * AWS is called so.
 */
const key = fc.string().filter((text) => text !== "__proto__");
const { value } = fc.letrec<{ value: PropertyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<PropertyValue>(null, UNKNOWN),
    fc.boolean(),
    fc.integer(),
    fc.string(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
    tie("value").map((inner) => new Secret(inner)),
  ),
}));
const properties: fc.Arbitrary<PropertyMap> = fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true });

describe("property values", () => {
  it("come back from the engine's form as they went", () => {
    fc.assert(
      fc.property(properties, (sent) => {
        assert.deepEqual(decodeProperties(encodeProperties(sent)), sent);
      }),
    );
  });

  it("read the engine's own mark of a secret", () => {
    const encoded = encodeProperties({ password: new Secret("hunter2") }).toJavaScript();
    assert.deepEqual(encoded, {
      password: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "hunter2" },
    });
  });

  it("refuse an asset", () => {
    const asset = encodeProperties({
      file: { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", text: "x" },
    });
    assert.throws(() => decodeProperties(asset), /plain values only/);
  });

  it("open secrets at any depth", () => {
    assert.deepEqual(withoutSecrets({ a: new Secret([new Secret("x")]), b: { c: new Secret({ d: 1 }) } }), {
      a: ["x"],
      b: { c: { d: 1 } },
    });
  });

  it("know whether everything is known", () => {
    assert.equal(isKnownObject({ a: [{ b: "x" }] }), true);
    assert.equal(isKnownObject({ a: [{ b: UNKNOWN }] }), false);
  });
});

describe("secrets of outputs", () => {
  it("are where the inputs have them", () => {
    const outputs: PropertyMap = { spec: { password: "p", size: 1 }, status: "ok" };
    assert.deepEqual(markSecretsLike(outputs, { spec: { password: new Secret("p"), size: 1 } }), {
      spec: { password: new Secret("p"), size: 1 },
      status: "ok",
    });
  });

  it("take a whole list, whose order may change", () => {
    const marked = markSecretsLike({ env: ["a", "b"] }, { env: ["a", new Secret("b")] });
    assert.deepEqual(marked, { env: new Secret(["a", "b"]) });
  });
});
