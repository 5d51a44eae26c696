import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SettingsError } from "../../../components/problems";
import type { SiteArgs } from "../../../components/settings/args";
import { renderStack, type RenderedResource } from "../../../stacks/render";
import { settingsOf } from "../settingsOf";

const pair: SiteArgs = {
  site: "primary",
  peers: [{ site: "dr", address: "link.example.com", stack: "organization/dragonfly-dr/dr" }],
  network: { apiServer: { cidr: "10.0.0.0/24" }, peerCidrs: ["192.0.2.0/24"] },
};
const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

describe("the link's certificates", function () {
  this.timeout(120_000);
  const directory = mkdtempSync(join(tmpdir(), "link-"));
  const guardBundle = join(directory, "guard.cjs");
  before(() => writeFileSync(guardBundle, "// one\n"));
  after(() => rmSync(directory, { recursive: true, force: true }));

  const render = async (args: SiteArgs): Promise<readonly RenderedResource[]> =>
    (await renderStack("test", { settings: settingsOf(args) }, { guardBundle })).resources;
  const ofType = (resources: readonly RenderedResource[], type: string): readonly RenderedResource[] =>
    resources.filter((resource) => resource.type.endsWith(type));
  const problems = (args: SiteArgs): readonly string[] => {
    try {
      settingsOf(args);
      return [];
    } catch (error) {
      assert.ok(error instanceof SettingsError);
      return error.problems.map(({ key }) => key);
    }
  };

  it("are made elsewhere unless somebody is named", async () => {
    const resources = await render(pair);
    assert.equal(ofType(resources, ":PrivateKey").length + ofType(resources, ":Certificate").length, 0);
  });

  it("by the stack: two authorities, the next one trusted before it signs, and no key outside of secrets", async () => {
    const resources = await render({ ...pair, link: { certificates: "stack", authority: 3 } });
    assert.deepEqual(
      ofType(resources, ":SelfSignedCert").map(({ props }) => (props["subject"] as { commonName: string }).commonName),
      ["primary.dragonfly-dr CA 3", "primary.dragonfly-dr CA 4"],
    );
    const [request] = ofType(resources, ":CertRequest");
    assert.deepEqual(request?.props["dnsNames"], [
      "primary.dragonfly-dr",
      "server.primary.dragonfly-dr",
      "guard.primary.dragonfly-dr",
    ]);
    for (const { props } of [...ofType(resources, ":SelfSignedCert"), ...ofType(resources, ":LocallySignedCert")])
      assert.equal(Number(props["earlyRenewalHours"]) * 2, props["validityPeriodHours"]);
    const secret = ofType(resources, ":Secret").find(({ name }) => name.endsWith("link-secret"));
    assert.deepEqual(Object.keys(secret?.props["data"] as object).sort(), ["peer-ca.crt", "tls.crt", "tls.key"]);
  });

  it("by the stack: each peer's stack has to be named", () => {
    const without = [{ site: "dr", address: "link.example.com" }];
    assert.deepEqual(problems({ ...pair, peers: without, link: { certificates: "stack" } }), ["peers[0].stack"]);
    assert.deepEqual(problems({ ...pair, link: { certificates: "stack" } }), []);
  });

  it("by cert-manager: a Certificate, and the peers' authorities in a ConfigMap of their own", async () => {
    const [peer] = pair.peers ?? [];
    assert.ok(peer !== undefined);
    const resources = await render({
      ...pair,
      peers: [{ ...peer, authority: PEM }],
      link: { certificates: "cert-manager", issuer: { name: "link" }, authoritiesConfigMap: "dragonfly-authorities" },
    });
    const [certificate] = ofType(resources, "cert-manager.io/v1:Certificate");
    const spec = certificate?.props["spec"] as Readonly<Record<string, unknown>>;
    assert.equal(spec["commonName"], "primary.dragonfly-dr");
    assert.equal(spec["secretName"], "dragonfly-link-tls");
    const [bundle] = ofType(resources, "trust.cert-manager.io/v1alpha1:Bundle");
    assert.deepEqual((bundle?.props["spec"] as { sources: unknown }).sources, [{ inLine: PEM }]);
    const [gateway] = ofType(resources, ":Deployment");
    const text = JSON.stringify(gateway?.props);
    assert.match(text, /"projected":.*"peer-ca.crt"\}\],"name":"dragonfly-authorities"/);
  });

  it("by cert-manager: the issuer and the ConfigMap have to be named, both said at once", () => {
    assert.deepEqual(problems({ ...pair, link: { certificates: "cert-manager" } }), [
      "link.issuer.name",
      "link.authoritiesConfigMap",
    ]);
  });
});
