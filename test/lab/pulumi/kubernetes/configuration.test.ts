import assert from "node:assert/strict";
import {
  type ClusterAddress,
  checkConfiguration,
  diffConfiguration,
  readConfiguration,
} from "../../../../lab/pulumi/kubernetes/configuration";
import { type PropertyMap, Secret, UNKNOWN } from "../../../../lab/pulumi/plugin/propertyValues";

describe("the kubernetes provider's configuration", () => {
  it("is read from what the SDK sends: texts, and a secret kubeconfig", () => {
    const configuration = readConfiguration({
      kubeconfig: new Secret("/k"),
      context: "dr",
      enableConfigMapMutable: "true",
      enableSecretMutable: "false",
      deleteUnreachable: "true",
    });
    assert.deepEqual(configuration, {
      address: { kubeconfig: "/k", context: "dr", cluster: undefined },
      namespace: undefined,
      mutability: { configMaps: "update", secrets: "replace" },
      existingObjects: "refuse",
      conflicts: "refuse",
      unreachable: "forget objects",
    });
  });

  it("is refused by key", () => {
    assert.deepEqual(checkConfiguration({ kubeconfig: "/k", suppressDeprecationWarnings: "true", __internal: {} }), []);
    const failures = checkConfiguration({ renderYamlToDirectory: "x", enableServerSideApply: "false" });
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["renderYamlToDirectory", "enableServerSideApply"],
    );
  });
});

describe("a changed configuration", () => {
  const clusterOfPath = async ({ kubeconfig }: ClusterAddress): Promise<string | undefined> =>
    kubeconfig?.split("/")[0];
  const replacing = async (before: PropertyMap, after: PropertyMap): Promise<string[]> =>
    (await diffConfiguration(before, after, clusterOfPath))
      .filter(({ effect }) => effect === "replace")
      .map(({ path }) => path);

  it("replaces everything when another cluster is meant", async () => {
    assert.deepEqual(await replacing({ kubeconfig: "a/1" }, { kubeconfig: "b/1" }), ["kubeconfig"]);
    assert.deepEqual(await replacing({ kubeconfig: "a/1" }, { kubeconfig: "a/2" }), []);
    assert.deepEqual(await replacing({ kubeconfig: "a/1" }, { kubeconfig: UNKNOWN }), ["kubeconfig"]);
  });

  it("goes by the cluster's identifier where there is one", async () => {
    assert.deepEqual(
      await replacing({ kubeconfig: "a/1", clusterIdentifier: "x" }, { kubeconfig: "b/1", clusterIdentifier: "x" }),
      [],
    );
    assert.deepEqual(
      await replacing({ kubeconfig: "a/1", clusterIdentifier: "x" }, { kubeconfig: "a/1", clusterIdentifier: "y" }),
      ["clusterIdentifier"],
    );
  });

  it("replaces nothing for a switch", async () => {
    const changes = await diffConfiguration(
      { kubeconfig: "a/1" },
      { kubeconfig: "a/1", namespace: "cache" },
      clusterOfPath,
    );
    assert.deepEqual(changes, [{ path: "namespace", kind: "update", effect: "update" }]);
  });
});
