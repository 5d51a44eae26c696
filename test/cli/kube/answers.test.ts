import assert from "node:assert/strict";
import { roleObject } from "../../../cli/kube/answers";
import { ApiRefusal } from "../../../cli/kube/stores";
import { epoch } from "../../../server/types";
import { replicaOf } from "../../../cli/plan/specs";
import { DR, PRIMARY, object } from "../scene";

describe("a role object in an API server's answer", () => {
  const role = object(replicaOf(DR, epoch(2), PRIMARY));

  it("is read", () => {
    assert.deepEqual(roleObject(DR, role), role);
  });

  it("is refused by name where this version does not understand it", () => {
    for (const [answer, what] of [
      [{ ...role, apiVersion: "dragonfly-dr.io/v2" }, /apiVersion: is "dragonfly-dr\.io\/v2".*use the dragonfly-dr of/],
      [{ ...role, spec: { ...role.spec, role: "witness" } }, /site dr: its role object: spec\.role: is "witness"/],
      [{ ...role, spec: { ...role.spec, mode: "teleport" } }, /spec\.mode: is "teleport", not known to this version/],
    ] as const) {
      assert.throws(
        () => roleObject(DR, answer),
        (error) => error instanceof ApiRefusal && what.test(error.message),
      );
    }
  });

  it("is none of another kind, or of none", () => {
    for (const answer of [null, "", {}, { kind: "Status" }, { ...role, spec: undefined }])
      assert.throws(() => roleObject(DR, answer), /is no SiteRole; is this the right cluster\?/);
  });
});
