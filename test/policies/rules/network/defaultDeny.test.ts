import assert from "node:assert/strict";
import { defaultDeny } from "../../../../policies/rules/network/defaultDeny";
import { assertRule, gaps, messages } from "../../fixtures/judging";
import { goodSite, inside, the } from "../../fixtures/site";

describe("network-default-deny", () => {
  it("is a mandatory rule about the network", () =>
    assertRule(defaultDeny, "network-default-deny", "network", "mandatory", "high"));

  it("passes the good site", () => assert.deepEqual(messages(defaultDeny, goodSite()), []));

  it("misses each direction on its own", () => {
    const site = goodSite();
    inside(the(site, "dragonfly-default-deny"), "spec")["policyTypes"] = ["Ingress"];
    assert.deepEqual(messages(defaultDeny, site), [
      "StatefulSet dragonfly: namespace cache has no policy that closes every pod for egress",
    ]);
  });

  it("is not content with a policy of some pods, nor of another namespace", () => {
    const some = goodSite();
    inside(the(some, "dragonfly-default-deny"), "spec", "podSelector")["matchLabels"] = { app: "x" };
    assert.equal(messages(defaultDeny, some).length, 1);
    const elsewhere = goodSite();
    inside(the(elsewhere, "dragonfly-default-deny"), "metadata")["namespace"] = "other";
    assert.equal(messages(defaultDeny, elsewhere).length, 1);
  });

  it("refuses rules that open every pod, but for names", () => {
    const site = goodSite();
    const spec = inside(the(site, "dragonfly-default-deny"), "spec");
    spec["egress"] = [
      {
        ports: [
          { port: 53, protocol: "UDP" },
          { port: 53, protocol: "TCP" },
        ],
      },
    ];
    assert.deepEqual(messages(defaultDeny, site), []);
    spec["ingress"] = [{}];
    assert.deepEqual(messages(defaultDeny, site), [
      "NetworkPolicy dragonfly-default-deny: opens ingress of every pod in namespace cache",
    ]);
  });

  it("cannot tell while a policy's selector is unknown", () => {
    const site = goodSite();
    inside(the(site, "dragonfly-default-deny"), "spec")["podSelector"] = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff";
    assert.deepEqual(messages(defaultDeny, site), []);
    assert.equal(gaps(defaultDeny, site).length, 2);
  });
});
