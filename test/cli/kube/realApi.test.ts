import assert from "node:assert/strict";
import { KubeApi } from "../../../cli/kube/api";
import { KubeLeaseStore } from "../../../cli/kube/leaseStore";
import { KubeSiteStore } from "../../../cli/kube/siteStore";
import { ApiRefusal, SpecChanged } from "../../../cli/kube/stores";
import { initialPrimary, replicaOf, withHandover } from "../../../cli/plan/specs";
import { epoch, siteName, type Milliseconds } from "../../../server/types";

const SECOND = 1_000 as Milliseconds;
const kubeconfig = process.env["DRAGONFLY_DR_TEST_KUBECONFIG"];

/**
 * Against a real API server with the SiteRole kind: DRAGONFLY_DR_TEST_KUBECONFIG, and the rights to make a namespace
 * there.
 */
describe("the store on a real API server", function () {
  this.timeout(120_000);
  if (kubeconfig === undefined) return void it.skip("needs DRAGONFLY_DR_TEST_KUBECONFIG");

  const namespace = `commands-${process.pid}-${Date.now().toString(36)}`;
  const site = siteName("west");
  const api = new KubeApi(site, { kubeconfig, context: null });
  const store = new KubeSiteStore(site, namespace, api);
  const timeout = (20 * SECOND) as Milliseconds;

  before(async () => {
    assert.deepEqual(await store.missing(timeout), [
      `its namespace ${namespace} does not exist; run pulumi up of its stack`,
    ]);
    const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
    assert.equal(
      (
        await api.request({
          method: "POST",
          path: "/api/v1/namespaces",
          body,
          contentType: "application/json",
          timeout,
        })
      ).status,
      201,
    );
  });
  after(async () => {
    for (const path of [
      `/apis/dragonfly-dr.io/v1alpha1/namespaces/${namespace}/siteroles/${site}`,
      `/api/v1/namespaces/${namespace}`,
    ])
      await api.request({ method: "DELETE", path, timeout });
    store.close();
  });

  it("creates once, replaces what was expected and nothing else, whatever the guard reports meanwhile", async () => {
    assert.equal((await store.read(timeout)).kind, "absent");
    const first = await store.create(initialPrimary(site, epoch(1)), timeout);
    await assert.rejects(store.create(initialPrimary(site, epoch(1)), timeout), SpecChanged);

    // A status moves the resourceVersion, not the spec.
    const status = [{ op: "add", path: "/status", value: { phase: "Serving" } }];
    const path = `/apis/dragonfly-dr.io/v1alpha1/namespaces/${namespace}/siteroles/${site}/status`;
    assert.equal(
      (await api.request({ method: "PATCH", path, body: status, contentType: "application/json-patch+json", timeout }))
        .status,
      200,
    );
    const second = await store.swap(first, withHandover(first.spec, siteName("east"), epoch(2)), timeout);
    assert.equal(second.metadata.generation, 2);
    await assert.rejects(store.swap(first, replicaOf(site, epoch(9), siteName("east")), timeout), SpecChanged);
    await assert.rejects(store.swap(second, replicaOf(site, epoch(1), siteName("east")), timeout), ApiRefusal);
    const third = await store.swap(second, replicaOf(site, epoch(2), siteName("east")), timeout);
    assert.deepEqual(third.spec, replicaOf(site, epoch(2), siteName("east")));
  });

  it("reports an unknown field instead of dropping it", async () => {
    const reading = await store.read(timeout);
    assert.ok(reading.kind === "present");
    const spec = { ...reading.object.spec, surprise: 1 };
    await assert.rejects(
      store.swap(reading.object, spec, timeout),
      (e: unknown) => e instanceof ApiRefusal && /surprise/.test(e.message),
    );
  });

  it("watches from the object as it is, and ends when told", async () => {
    const seen: number[] = [];
    const over = new AbortController();
    const changed = new Promise<void>((resolve, reject) => {
      const onObject = (object: { spec: { epoch: number } } | null): void => {
        seen.push(object?.spec.epoch ?? 0);
        if (seen.length === 2) resolve();
      };
      const swap = async (): Promise<void> => {
        const reading = await store.read(timeout);
        if (reading.kind === "present")
          await store.swap(reading.object, replicaOf(site, epoch(5), siteName("east")), timeout);
      };
      store.watch(onObject, () => void swap().catch(reject), over.signal).catch(reject);
    });
    await changed;
    over.abort();
    assert.deepEqual(seen, [2, 5]);
  });

  it("takes, renews and gives back a lease, one taker at a time", async () => {
    const leases = new KubeLeaseStore(site, namespace, api);
    const none = await leases.read(timeout);
    assert.equal(none.record, null);
    const mine = { holder: "me@here/1", renewed: none.clock, seconds: 15 };
    const version = await leases.write(mine, null, timeout);
    await assert.rejects(leases.write(mine, null, timeout), SpecChanged);
    assert.deepEqual((await leases.read(timeout)).record, mine);
    const next = await leases.write({ ...mine, holder: null }, version, timeout);
    await assert.rejects(leases.write(mine, version, timeout), SpecChanged);
    assert.deepEqual((await leases.read(timeout)).record?.holder, null);
    assert.notEqual(next, version);
  });
});
