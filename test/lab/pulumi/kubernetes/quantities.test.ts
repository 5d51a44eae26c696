import assert from "node:assert/strict";
import { isSameQuantity } from "../../../../lab/pulumi/kubernetes/quantities";

describe("quantities", () => {
  it("are the same however they are written", () => {
    for (const [left, right] of [
      ["1000m", "1"],
      ["1024Mi", "1Gi"],
      ["0.5", "500m"],
      [1, "1"],
      ["1e3", "1k"],
      ["2048Ki", "2Mi"],
    ] as const) {
      assert.equal(isSameQuantity(left, right), true, `${left} and ${right}`);
    }
  });

  it("differ otherwise, and are not just any text", () => {
    for (const [left, right] of [
      ["1000m", "2"],
      ["1Gi", "1G"],
      ["a", "a"],
      ["", "0"],
      ["1Ki", "1k"],
    ] as const) {
      assert.equal(isSameQuantity(left, right), false, `${left} and ${right}`);
    }
  });
});
