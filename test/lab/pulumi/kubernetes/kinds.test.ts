import assert from "node:assert/strict";
import { kindOf } from "../../../../lab/pulumi/kubernetes/kinds";

describe("kinds", () => {
  it("are found by the SDK's tokens", () => {
    assert.deepEqual(kindOf("kubernetes:core/v1:Secret"), {
      apiVersion: "v1",
      kind: "Secret",
      plural: "secrets",
      scope: "namespace",
    });
    assert.deepEqual(kindOf("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"), {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      plural: "clusterroles",
      scope: "cluster",
    });
  });

  it("of other groups are custom resources", () => {
    for (const group of ["dragonflydb.io", "snapshot.storage.k8s.io", "gateway.networking.k8s.io"]) {
      assert.deepEqual(kindOf(`kubernetes:${group}/v1:Thing`), {
        apiVersion: `${group}/v1`,
        kind: "Thing",
        scope: "ask the cluster",
      });
    }
  });

  it("that the lab leaves out are refused by name", () => {
    const refused = [
      "core/v1:ResourceQuota",
      "apps/v1:DaemonSet",
      "apps/v1beta1:StatefulSet",
      "networking.k8s.io/v1:Ingress",
      "helm.sh/v3:Release",
      "core/v1:ConfigMapPatch",
      "dragonflydb.io/v1:DragonflyPatch",
      "core/v1:PodList",
    ];
    for (const token of [...refused.map((name) => `kubernetes:${name}`), "kubernetes:yaml:ConfigFile"]) {
      assert.throws(
        () => kindOf(token),
        (error: Error) => error.message.startsWith(`${token}: the lab's kubernetes provider does not know this kind`),
        token,
      );
    }
  });
});
