import assert from "node:assert/strict";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { Secret, type PropertyMap } from "../../../../lab/pulumi/plugin/propertyValues";
import { TlsProvider } from "../../../../lab/pulumi/tls/provider";

const HOUR_MS = 3_600_000;
const KEY = "tls:index/privateKey:PrivateKey";
const SELF_SIGNED = "tls:index/selfSignedCert:SelfSignedCert";
const REQUEST = "tls:index/certRequest:CertRequest";
const SIGNED = "tls:index/locallySignedCert:LocallySignedCert";

describe("the lab's tls provider", () => {
  let now = Date.now();
  const provider = new TlsProvider(() => now);
  const make = async (type: string, inputs: PropertyMap, run: "update" | "preview" = "update"): Promise<PropertyMap> =>
    (await provider.create({ urn: "urn", type, inputs, run, timeoutSeconds: undefined })).state;
  const key = (): Promise<PropertyMap> => make(KEY, { algorithm: "ECDSA", ecdsaCurve: "P256" });
  const pem = (state: PropertyMap, name: string): string => {
    const value = state[name];
    return String(value instanceof Secret ? value.value : value);
  };

  it("makes an authority, and a certificate of it with the names that were asked for", async () => {
    const [ca, own] = [await key(), await key()];
    const authority = await make(SELF_SIGNED, {
      privateKeyPem: pem(ca, "privateKeyPem"),
      subject: { commonName: "primary.dragonfly-dr CA" },
      validityPeriodHours: 87_600,
      isCaCertificate: true,
      allowedUses: ["cert_signing"],
    });
    const csr = await make(REQUEST, {
      privateKeyPem: pem(own, "privateKeyPem"),
      subject: { commonName: "primary.dragonfly-dr" },
      dnsNames: ["primary.dragonfly-dr", "guard.primary.dragonfly-dr"],
    });
    const leaf = await make(SIGNED, {
      certRequestPem: pem(csr, "certRequestPem"),
      caPrivateKeyPem: pem(ca, "privateKeyPem"),
      caCertPem: pem(authority, "certPem"),
      validityPeriodHours: 2_160,
      allowedUses: ["server_auth", "client_auth"],
    });
    const [root, certificate] = [
      new X509Certificate(pem(authority, "certPem")),
      new X509Certificate(pem(leaf, "certPem")),
    ];
    assert.equal(root.ca, true);
    assert.equal(certificate.ca, false);
    assert.ok(certificate.checkIssued(root) && certificate.verify(root.publicKey));
    assert.equal(certificate.subject, "CN=primary.dragonfly-dr");
    assert.equal(certificate.subjectAltName, "DNS:primary.dragonfly-dr, DNS:guard.primary.dragonfly-dr");
    assert.ok(certificate.checkPrivateKey(createPrivateKey(pem(own, "privateKeyPem"))));
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000;
    assert.equal(Math.round(days), 90);
  });

  it("keeps private keys secret, and makes nothing in a preview", async () => {
    assert.ok((await key())["privateKeyPem"] instanceof Secret);
    const preview = await make(KEY, { algorithm: "ECDSA", ecdsaCurve: "P256" }, "preview");
    assert.equal(typeof (preview["privateKeyPem"] as Secret).value, "symbol");
  });

  it("renews what is within its early renewal, and nothing before", async () => {
    const ca = await key();
    const inputs: PropertyMap = {
      privateKeyPem: pem(ca, "privateKeyPem"),
      subject: { commonName: "x" },
      validityPeriodHours: 100,
      earlyRenewalHours: 40,
      isCaCertificate: true,
    };
    const oldState = await make(SELF_SIGNED, inputs);
    const changes = () =>
      provider.diff({ urn: "urn", type: SELF_SIGNED, oldInputs: inputs, newInputs: inputs, oldState }).changes;
    now += 59 * HOUR_MS;
    assert.deepEqual(changes(), []);
    now += 2 * HOUR_MS;
    assert.deepEqual(changes(), [{ path: "readyForRenewal", kind: "update", effect: "replace" }]);
  });

  it("refuses what it does not know", () => {
    assert.throws(
      () =>
        provider.check({
          urn: "u",
          type: "tls:index/x:X",
          name: "x",
          oldInputs: undefined,
          newInputs: {},
          randomSeed: new Uint8Array(),
        }),
      /use the official plugin/,
    );
  });
});
