import assert from "node:assert/strict";
import { Environment } from "../../../resolver/config/environment";

describe("a variable", () => {
  const sizes = { least: 0, most: 1e12 };
  it("may be a size with a unit", () => {
    const read = (text: string): number => new Environment({ S: text }).size("S", -1, sizes);
    assert.deepEqual(
      ["64Mi", "64MiB", "1k", "1Ki", "2G", "5"].map(read),
      [67_108_864, 67_108_864, 1_000, 1_024, 2e9, 5],
    );
  });

  it("that is out of range or no number is a mistake, and its value is not shown", () => {
    const environment = new Environment({ A: "secret-1", B: "-1", C: "1e3", D: "99" });
    for (const name of ["A", "B", "C", "D"]) assert.equal(environment.integer(name, 7, { least: 0, most: 10 }), 7);
    assert.equal(environment.size("A", 7, sizes), 7);
    assert.equal(environment.problems.length, 5);
    assert.ok(!JSON.stringify(environment.problems).includes("secret"));
  });

  it("of some words is one of them, in any case", () => {
    const environment = new Environment({ L: "WARN", M: "loud" });
    assert.equal(environment.oneOf("L", "info", ["info", "warn"]), "warn");
    assert.equal(environment.oneOf("M", "info", ["info", "warn"]), "info");
    assert.deepEqual(environment.problems, [
      { variable: "M", problem: "is not known", remedy: "use one of info, warn" },
    ]);
  });
});
