import assert from "node:assert/strict";
import { siteRoleColumns, siteRoleSchema } from "../../contract/siteRoleSchema";
function at(value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> {
  const found = path.reduce<unknown>(
    (each, key) => (typeof each === "object" && each !== null ? (each as Record<string, unknown>)[key] : undefined),
    value,
  );
  assert.ok(typeof found === "object" && found !== null, path.join("."));
  return found as Readonly<Record<string, unknown>>;
}

describe("the kind SiteRole", () => {
  it("refuses a falling epoch, a role without a higher epoch and another site", () => {
    const rules = at(siteRoleSchema, "properties", "spec")["x_kubernetes_validations"] as readonly { rule: string }[];
    for (const rule of [
      "self.epoch >= oldSelf.epoch",
      "self.role == oldSelf.role || self.epoch > oldSelf.epoch",
      "self.site == oldSelf.site",
    ]) {
      assert.ok(
        rules.some((each) => each.rule === rule),
        rule,
      );
    }
  });

  it("shows what an operator looks for", () =>
    assert.deepEqual(
      siteRoleColumns.filter(({ priority }) => priority === undefined).map(({ name }) => name),
      ["Role", "Epoch", "Phase", "Serving", "Lag"],
    ));
});
