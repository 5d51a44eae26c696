import assert from "node:assert/strict";
import { sitePolicies } from "../../../components/network/policies";
import type { SiteArgs } from "../../../components/settings/args";
import { settingsOf } from "../settingsOf";

const args: SiteArgs = {
  site: "primary",
  environment: "lab",
  peers: [
    { site: "dr", address: "192.0.2.7", port: 7000 },
    { site: "third", address: "third.example.com" },
  ],
  network: { apiServer: { cidr: "10.0.0.0/24", port: 6443 }, peerCidrs: ["198.51.100.0/24"] },
};

/** "who:port" of every pair that a policy's rules in one direction admit. */
function admitted(policy: string, direction: "ingress" | "egress", given: SiteArgs = args): readonly string[] {
  const found = sitePolicies(settingsOf(given)).find(({ name }) => name === policy);
  assert.ok(found);
  const spec: unknown = JSON.parse(JSON.stringify(found.spec));
  const rules = (spec as Record<string, readonly Record<string, unknown>[] | undefined>)[direction] ?? [];
  return rules
    .flatMap((rule) => {
      const peers = (rule[direction === "ingress" ? "from" : "to"] ?? []) as readonly Record<
        string,
        Record<string, unknown>
      >[];
      const ports = (rule["ports"] ?? []) as readonly { port: number }[];
      assert.ok(peers.length > 0 && ports.length > 0, "a rule that names nobody, or no port, admits everybody");
      return peers.flatMap((peer) => ports.map(({ port }) => `${who(peer)}:${port}`));
    })
    .sort();
}

function who({ ipBlock, namespaceSelector, podSelector }: Record<string, Record<string, unknown>>): string {
  if (ipBlock !== undefined) return String(ipBlock["cidr"]);
  const label = (selector: Record<string, unknown> | undefined, key: string): string =>
    String((selector?.["matchLabels"] as Record<string, string> | undefined)?.[key] ?? "");
  const pods = label(podSelector, "app.kubernetes.io/component") || label(podSelector, "k8s-app");
  return [label(namespaceSelector, "kubernetes.io/metadata.name"), pods].filter(Boolean).join("/");
}

describe("network rules", () => {
  it("begin with nobody, in or out", () => {
    assert.deepEqual(sitePolicies(settingsOf(args))[0]?.spec, {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    });
  });

  it("let the server be spoken to by its gateway and monitoring alone", () => {
    assert.deepEqual(admitted("dragonfly-server", "ingress"), ["gateway:6379", "gateway:9998", "monitoring:9999"]);
    assert.deepEqual(admitted("dragonfly-server", "egress"), [
      "10.0.0.0/24:6443",
      "gateway:6381",
      "gateway:6382",
      "gateway:9981",
      "gateway:9982",
      "kube-system/kube-dns:53",
      "kube-system/kube-dns:53",
    ]);
  });

  it("let clients, peers, monitoring and the own server come to the gateway, each to its ports", () => {
    assert.deepEqual(admitted("dragonfly-gateway", "ingress"), [
      "192.0.2.7/32:6380",
      "198.51.100.0/24:6380",
      "ai-system:6378",
      "ai-system:6379",
      "default:6378",
      "default:6379",
      "identity:6378",
      "identity:6379",
      "monitoring:8404",
      "monitoring:8405",
      "server:6381",
      "server:6382",
      "server:9981",
      "server:9982",
    ]);
    assert.deepEqual(admitted("dragonfly-gateway", "egress"), [
      "192.0.2.7/32:6380",
      "192.0.2.7/32:7000",
      "198.51.100.0/24:6380",
      "198.51.100.0/24:7000",
      "kube-system/kube-dns:53",
      "kube-system/kube-dns:53",
      "server:6379",
      "server:9998",
    ]);
  });

  it("know of no link where a site is alone, and of no monitoring where there is none", () => {
    const alone: SiteArgs = {
      site: "primary",
      environment: "lab",
      network: { monitoring: "", clients: [], apiServer: { cidr: "10.0.0.0/24" } },
    };
    assert.deepEqual(admitted("dragonfly-gateway", "ingress", alone), []);
    assert.deepEqual(admitted("dragonfly-server", "ingress", alone), ["gateway:6379", "gateway:9998"]);
    assert.deepEqual(admitted("dragonfly-gateway", "egress", alone), [
      "kube-system/kube-dns:53",
      "kube-system/kube-dns:53",
      "server:6379",
      "server:9998",
    ]);
  });

  it("admit the clients outside that are allowed", () => {
    const outside: SiteArgs = {
      ...args,
      gateway: { clients: { type: "LoadBalancer", allowedSources: ["203.0.113.0/24"] } },
    };
    assert.ok(admitted("dragonfly-gateway", "ingress", outside).includes("203.0.113.0/24:6379"));
  });
});
