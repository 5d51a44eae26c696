import assert from "node:assert/strict";
import { doneWith, type Scenario, type Step } from "../../../../lab/faults/scenarios/scenario";
import { scenarios, scenariosNamed } from "../../../../lab/faults/scenarios";

const eventsOf = ({ steps }: Scenario): readonly string[] =>
  steps.flatMap(({ as }) => (as === undefined ? [] : [as, doneWith(as)]));

describe("fault scenarios", () => {
  it("have names of their own, which FAULTS takes", () => {
    assert.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length);
    for (const { name } of scenarios) assert.match(name, /^[a-z-]+$/);
    assert.equal(scenariosNamed([]).length, scenarios.length);
    assert.deepEqual(
      scenariosNamed(["link-flaps", "primary-killed"]).map(({ name }) => name),
      ["link-flaps", "primary-killed"],
    );
    assert.throws(() => scenariosNamed(["link-flips", "x"]), /no scenario link-flips, x; there are primary-killed, /);
  });

  for (const scenario of scenarios)
    it(`${scenario.name}: its promise names events of its steps, and nothing is undone that does not stand`, () => {
      const { losses, twoSites, served } = scenario.promised;
      const named = [losses, twoSites].flatMap((window) => (window === null ? [] : [window.from, window.to]));
      for (const event of [...named, served]) assert.ok(eventsOf(scenario).includes(event), `no step is "${event}"`);
      const standing = new Set<string>();
      for (const step of scenario.steps) {
        const change = standingOf(step);
        if (change?.begins === true) standing.add(change.what);
        else if (change !== null) assert.ok(standing.delete(change.what), `${change.what} does not stand`);
      }
    });
});

function standingOf(step: Step): { readonly what: string; readonly begins: boolean } | null {
  if (step.do === "API server" || step.do === "volume")
    return { what: `${step.do} ${step.at}`, begins: step.is !== "well" };
  if (step.do === "freeze" || step.do === "thaw")
    return { what: `${step.program} ${step.at}`, begins: step.do === "freeze" };
  if (step.do === "cut" || step.do === "reset link") return { what: "link", begins: true };
  return step.do === "heal link" ? { what: "link", begins: false } : null;
}
