import assert from "node:assert/strict";
import { KubernetesProvider } from "../../../../lab/pulumi/kubernetes/provider";
import { EngineLog } from "../../../../lab/pulumi/plugin/engineLog";
import { PartiallyCreated } from "../../../../lab/pulumi/plugin/partiallyCreated";
import { type JsonObject, type PropertyMap, UNKNOWN } from "../../../../lab/pulumi/plugin/propertyValues";
import type { CreateRequest } from "../../../../lab/pulumi/plugin/resourceProvider";
import { FakeApiServer } from "./fakeApiServer";

const MAP_PATH = "/api/v1/namespaces/cache/configmaps/site";
const POD_PATH = "/api/v1/namespaces/cache/pods/p";

describe("the kubernetes provider", () => {
  let api: FakeApiServer;
  let provider: KubernetesProvider;

  beforeEach(async () => {
    api = new FakeApiServer();
    await api.start();
    provider = new KubernetesProvider(new EngineLog(undefined));
    provider.configure({ kubeconfig: api.kubeconfig });
  });
  afterEach(() => api.stop());

  const configMap = (namespace = "cache", more: PropertyMap = {}): PropertyMap => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "site", namespace, ...more },
    data: { a: "1" },
  });
  const pod: PropertyMap = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "cache" } };
  const create = (inputs: PropertyMap, run: CreateRequest["run"] = "update", timeoutSeconds?: number) =>
    provider.create({ urn: "urn", type: `kubernetes:core/v1:${String(inputs["kind"])}`, run, timeoutSeconds, inputs });

  it("applies an object and keeps its field manager for the next time", async () => {
    const { id, state } = await create(configMap());
    assert.equal(id, "cache/site");
    assert.match(String(state["__fieldManager"]), /^pulumi-kubernetes-[0-9a-f]{8}$/);
    assert.deepEqual(api.objects.get(MAP_PATH)?.["data"], { a: "1" });
    const updated = await provider.update({
      urn: "urn",
      type: "kubernetes:core/v1:ConfigMap",
      run: "update",
      timeoutSeconds: undefined,
      id,
      oldInputs: configMap(),
      oldState: state,
      newInputs: { ...configMap(), data: { a: "2" } },
    });
    assert.equal(updated["__fieldManager"], state["__fieldManager"]);
    assert.deepEqual(api.objects.get(MAP_PATH)?.["data"], { a: "2" });
  });

  it("refuses to take over an object that is there already, unless told to", async () => {
    api.objects.set(MAP_PATH, { metadata: {} });
    await assert.rejects(create(configMap()), /^Error: ConfigMap cache\/site already exists in the cluster; import it/);
    provider.configure({ kubeconfig: api.kubeconfig, upsertExistingObjects: "true" });
    assert.equal((await create(configMap())).id, "cache/site");
  });

  it("previews by a dry run that changes nothing", async () => {
    const { id, state } = await create(configMap(), "preview");
    assert.deepEqual([id, state["data"]], ["", { a: "1" }]);
    assert.equal(api.objects.size, 0);
    assert.ok(api.requests.includes(`PATCH ${MAP_PATH}?dryRun=All`));
  });

  it(
    "previews with the inputs where a dry run cannot be: unknowns, a namespace or a kind still to come, an " +
      "object to be replaced",
    async () => {
      const unknown: PropertyMap = { ...configMap(), data: { a: UNKNOWN } };
      assert.deepEqual((await create(unknown, "preview")).state, unknown);
      assert.deepEqual(api.requests, []);
      assert.deepEqual((await create(configMap("absent"), "preview")).state, configMap("absent"));
      const custom: PropertyMap = { apiVersion: "a.io/v1", kind: "A", metadata: { name: "a", namespace: "cache" } };
      assert.deepEqual(
        (
          await provider.create({
            urn: "",
            type: "kubernetes:a.io/v1:A",
            run: "preview",
            timeoutSeconds: undefined,
            inputs: custom,
          })
        ).state,
        custom,
      );
      api.objects.set(MAP_PATH, { metadata: {} });
      assert.deepEqual((await create(configMap(), "preview")).state, configMap());
    },
  );

  it("passes on what the API server says", async () => {
    api.refusal = {
      code: 422,
      status: { reason: "Invalid", message: 'ConfigMap "site" is invalid: no falling epoch' },
    };
    await assert.rejects(create(configMap()), { message: 'ConfigMap "site" is invalid: no falling epoch' });
  });

  it("tells how to get out of a conflict over fields", async () => {
    const details = { causes: [{ reason: "FieldManagerConflict" }] };
    api.refusal = {
      code: 409,
      status: { reason: "Conflict", message: 'conflict with "hpa": .spec.replicas', details },
    };
    await assert.rejects(
      create(configMap()),
      /cache\/site: conflict with "hpa": \.spec\.replicas; set the annotation pulumi\.com\/patchForce: "true"/,
    );
  });

  it("waits until an object is ready", async () => {
    const creating = create(pod);
    await untilAsked(api, "GET /api/v1/namespaces/cache/pods");
    await untilAsked(api, "GET /api/v1/namespaces/cache/pods", 2);
    const ready: JsonObject = {
      ...podObject(),
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    };
    api.change(POD_PATH, "MODIFIED", ready);
    assert.deepEqual((await creating).state["status"], ready["status"]);
  });

  it("keeps an object that does not become ready in time, and says what it lacks", async () => {
    api.status = {
      phase: "Pending",
      containerStatuses: [{ name: "server", state: { waiting: { reason: "ImagePullBackOff" } } }],
    };
    // Time enough to have asked once, on a machine that stands still for a second too.
    await assert.rejects(create(pod, "update", 3), (error) => {
      assert.ok(error instanceof PartiallyCreated);
      assert.equal(error.id, "cache/p");
      assert.deepEqual(error.inputs, pod);
      assert.equal(
        error.reasons[0],
        "Pod cache/p is there, but did not become ready: timed out after 3 s: container server: [ImagePullBackOff]",
      );
      return true;
    });
  });

  it("stops waiting when the update is cancelled", async () => {
    const creating = create(pod);
    const rejected = assert.rejects(creating, /cancelled while waiting/);
    await untilAsked(api, "GET /api/v1/namespaces/cache/pods", 2);
    provider.cancel();
    await rejected;
  });

  it("does not wait where the object says so", async () => {
    const { state } = await create({
      ...pod,
      metadata: { name: "p", namespace: "cache", annotations: { "pulumi.com/skipAwait": "true" } },
    });
    assert.deepEqual(state["status"], {});
  });

  it("deletes until an object is gone, and takes one that is gone for deleted", async () => {
    const { id, state } = await create(configMap());
    const request = {
      urn: "urn",
      type: "kubernetes:core/v1:ConfigMap",
      id,
      inputs: configMap(),
      state,
      timeoutSeconds: undefined,
    };
    await provider.delete(request);
    assert.equal(api.objects.size, 0);
    await provider.delete(request);
  });

  it("reads what is there, and knows what is not", async () => {
    const request = { urn: "urn", type: "kubernetes:core/v1:ConfigMap", id: "cache/site", inputs: {}, state: {} };
    assert.equal(await provider.read(request), undefined);
    api.objects.set(MAP_PATH, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "site", namespace: "cache", uid: "u" },
      data: { a: "1" },
    });
    const found = await provider.read(request);
    assert.deepEqual(found?.inputs, configMap());
  });

  it("takes the namespace of the context, or the provider's", async () => {
    const check = async (): Promise<unknown> => {
      const newInputs = { metadata: { name: "p" } };
      const { inputs } = await provider.check({
        urn: "",
        type: "kubernetes:core/v1:Pod",
        name: "p",
        oldInputs: undefined,
        newInputs,
        randomSeed: new Uint8Array(),
      });
      return inputs["metadata"];
    };
    assert.deepEqual(await check(), { name: "p", namespace: "from-context" });
    provider.configure({ kubeconfig: api.kubeconfig, namespace: "cache" });
    assert.deepEqual(await check(), { name: "p", namespace: "cache" });
  });

  it("says that a cluster does not answer, or forgets its objects where it is told to", async () => {
    const { kubeconfig } = api;
    await api.stop();
    await assert.rejects(
      create(configMap(), "preview"),
      /^Error: configured Kubernetes cluster is unreachable: http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/,
    );
    provider.configure({ kubeconfig, deleteUnreachable: "true" });
    await provider.delete({
      urn: "urn",
      type: "kubernetes:core/v1:ConfigMap",
      id: "cache/site",
      inputs: {},
      state: {},
      timeoutSeconds: undefined,
    });
    await api.start();
  });

  it("says what is wrong with a kubeconfig without quoting it", async () => {
    provider.configure({ kubeconfig: "/does/not/exist" });
    await assert.rejects(create(configMap()), {
      message:
        "kubeconfig /does/not/exist: there is no such file; set kubernetes:kubeconfig to a readable file or " +
        "its content",
    });
    provider.configure({ kubeconfig: "users: [token: geheim\n  -" });
    await assert.rejects(
      create(configMap()),
      (error: Error) => error.message.includes("cannot be parsed") && !error.message.includes("geheim"),
    );
    provider.configure({ kubeconfig: api.kubeconfig, context: "other" });
    await assert.rejects(create(configMap()), { message: 'kubeconfig: there is no context "other"; name one of fake' });
  });

  it("deletes first only what keeps its name", () => {
    const diff = (newInputs: PropertyMap) =>
      provider.diff({
        urn: "",
        type: "kubernetes:core/v1:ConfigMap",
        oldInputs: configMap(),
        oldState: configMap(),
        newInputs,
      });
    assert.equal(diff({ ...configMap(), data: { a: "2" } }).replacement, "delete first");
    assert.equal(diff(configMap("other")).replacement, "create first");
    const autonamed = { ...configMap("cache", { annotations: { "pulumi.com/autonamed": "true" } }), data: { a: "2" } };
    assert.equal(diff(autonamed).replacement, "create first");
  });
});

function podObject(): JsonObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "cache" } };
}

async function untilAsked(api: FakeApiServer, request: string, times = 1): Promise<void> {
  while (api.requests.filter((seen) => seen === request).length < times)
    await new Promise((resolve) => setImmediate(resolve));
}
