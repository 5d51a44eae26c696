import assert from "node:assert/strict";
import { SITES } from "../../lab/plan";
import { world, type World } from "./support/world";

describe("dragonfly-dr init", () => {
  let w: World;
  before(async () => {
    w = await world();
  });

  it("makes one primary and one replica in sync", async () => {
    const { code, stdout, stderr } = await w.cli("init", "--primary", "primary");
    assert.equal(code, 0, stdout + stderr);
    await w.serving("primary");
    await w.inSync("dr");
    assert.equal((await w.status("dr"))?.serving, false);
  });

  it("refuses a second time, and a switchover to the primary", async () => {
    assert.notEqual((await w.cli("init", "--primary", "dr")).code, 0);
    const { code, stderr } = await w.cli("switchover", "--to", "primary");
    assert.notEqual(code, 0);
    assert.match(stderr, /primary/);
    assert.equal((await w.role("primary"))?.spec.epoch, 1);
  });

  it("carries what is written in one region to the other", async () => {
    const a = await w.client("primary");
    await a.set("cache:e2e:1", "x");
    const b = await w.client("dr", "appcache", "read");
    await w.arrives("dr", "cache:e2e:1");
    assert.equal(await b.get("cache:e2e:1"), "x");
    const through = await w.client("dr");
    assert.equal(await through.set("cache:e2e:2", "y"), "OK", "dr's Service leads to the primary");
    assert.equal(await a.get("cache:e2e:2"), "y");
    await assert.rejects(b.set("cache:e2e:3", "z"), /NOPERM|READONLY/);
    await w.statusWhere(
      "dr",
      "says that it is less than 3 s behind",
      ({ replication }) => replication?.lagSeconds != null && replication.lagSeconds < 3,
    );
    for (const client of [a, b, through]) client.disconnect();
  });

  it("keeps users within their prefixes, and nobody in without a password", async () => {
    const app = await w.client("primary");
    await assert.rejects(app.set("keycloak:1", "x"), /NOPERM/);
    await assert.rejects(app.set("__dr:heartbeat", "x"), /NOPERM/);
    await assert.rejects(app.call("REPLICAOF", "NO", "ONE"), /NOPERM/);
    await assert.rejects(app.call("CONFIG", "GET", "*"), /NOPERM/);
    app.disconnect();
    for (const site of SITES) {
      // Refused by the greeting already, or by the first command: which one it is is the client's matter.
      await assert.rejects(async () => (await w.client(site, null)).get("cache:e2e:1"), /NOAUTH/);
      await assert.rejects(w.client(site, "appcache", "write", "wrong"), /WRONGPASS|invalid/i);
    }
  });

  it("shows no password in any object but Secrets", async () => {
    const passwords = Object.values(await w.deployment.passwords());
    for (const site of SITES) {
      for (const path of [
        "/api/v1/namespaces/cache/pods",
        "/api/v1/namespaces/cache/configmaps",
        "/apis/apps/v1/namespaces/cache/statefulsets",
        "/apis/apps/v1/namespaces/cache/deployments",
        `/apis/dragonfly-dr.io/v1alpha1/namespaces/cache/siteroles`,
      ]) {
        const text = JSON.stringify(await w.get(site, path));
        for (const password of passwords) assert.ok(!text.includes(password), `${site} ${path}`);
      }
    }
  });
});
