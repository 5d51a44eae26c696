import assert from "node:assert/strict";
import { plain } from "../../../policies/model/value";
import { matches, selector } from "../../../policies/network/selector";
import { BUILD_TIMEOUT, goTool } from "../goTools";
import { Random } from "../random";
import { ask, compare } from "./cyclonus";
import { randomLabels, randomSelector } from "./randomPolicies";

describe("reachability", function () {
  this.timeout(BUILD_TIMEOUT);
  let program = "";

  before(async () => void (program = await goTool("cyclonus")));

  it("is what cyclonus says, on 12,500 random pairs", () => {
    const { pairs, allowed, different } = compare(program, 20_260_115, 500);
    assert.equal(pairs, 12_500);
    assert.ok(
      allowed > pairs / 10 && allowed < (pairs * 9) / 10,
      `${allowed} of ${pairs} are allowed: too one-sided to say much`,
    );
    assert.deepEqual(different.slice(0, 3), [], `${different.length} verdicts differ`);
  });

  it("selects by labels as the API server does, where cyclonus does not: a missing label meets NotIn", () => {
    const random = new Random(7);
    const asked = Array.from({ length: 2000 }, () => ({
      selector: randomSelector(random, "met"),
      labels: randomLabels(random),
    }));
    const theirs = ask(program, [{ selectors: asked }])[0];
    const ours = asked.map((each) => matches(selector(plain(each.selector).value), each.labels));
    assert.deepEqual(ours, theirs);
  });
});
