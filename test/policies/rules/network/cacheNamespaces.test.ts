import assert from "node:assert/strict";
import { cacheNamespacesOnly } from "../../../../policies/rules/network/cacheNamespaces";
import { assertRule, gaps, messages } from "../../fixtures/judging";
import { goodSite, inside, the, type Draft, type Json } from "../../fixtures/site";

function withFrom(from: Json): Draft[] {
  const site = goodSite();
  inside(the(site, "dragonfly-gateway", "NetworkPolicy"), "spec", "ingress", 0)["from"] = from;
  return site;
}

describe("network-cache-namespaces", () => {
  it("is a mandatory rule about the network", () =>
    assertRule(cacheNamespacesOnly, "network-cache-namespaces", "network", "mandatory", "high"));

  it("passes the good site", () => assert.deepEqual(messages(cacheNamespacesOnly, goodSite()), []));

  it("refuses everybody, whichever way they are let in", () => {
    for (const from of [[], [{ namespaceSelector: {} }], [{ ipBlock: { cidr: "0.0.0.0/0" } }]] as Json[]) {
      const [message, ...others] = messages(cacheNamespacesOnly, withFrom(from));
      assert.match(message ?? "", /^Deployment dragonfly-gateway: port 6379 of the pods admits any /);
      assert.deepEqual(others, []);
    }
  });

  it("refuses a namespace known by a label that anybody may set", () => {
    assert.deepEqual(
      messages(cacheNamespacesOnly, withFrom([{ namespaceSelector: { matchLabels: { team: "shop" } } }])),
      ["Deployment dragonfly-gateway: port 6379 of the pods admits any pod of any namespace labelled team=shop"],
    );
  });

  it("refuses all namespaces but some", () => {
    const from = [
      {
        namespaceSelector: {
          matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["evil"] }],
        },
      },
    ];
    assert.equal(messages(cacheNamespacesOnly, withFrom(from)).length, 1);
  });

  it("accepts a narrower selector and other ports", () => {
    const name = { "kubernetes.io/metadata.name": "identity" };
    const from = [{ namespaceSelector: { matchLabels: name }, podSelector: { matchLabels: { app: "keycloak" } } }];
    assert.deepEqual(messages(cacheNamespacesOnly, withFrom(from)), []);
    const site = goodSite();
    inside(the(site, "dragonfly-gateway", "NetworkPolicy"), "spec")["ingress"] = [{ ports: [{ port: 8404 }] }];
    assert.deepEqual(messages(cacheNamespacesOnly, site), []);
  });

  it("leaves out what is not known yet, and says so where it would matter", () => {
    const site = withFrom(["04da6b54-80e4-46f7-96ec-b56ff0331ba9"]);
    assert.deepEqual(messages(cacheNamespacesOnly, site), []);
    const unread = goodSite().filter(
      (each) => each.name !== "dragonfly-gateway" || !each.type.endsWith("NetworkPolicy"),
    );
    inside(the(unread, "dragonfly-default-deny"), "spec")["podSelector"] = "dd056dcd-154b-4c76-9bd3-c8f88648b5ff";
    assert.deepEqual(messages(cacheNamespacesOnly, unread), []);
    assert.equal(gaps(cacheNamespacesOnly, unread).length, 2);
  });
});
