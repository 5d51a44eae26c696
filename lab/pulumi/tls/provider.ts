// Stands in for the tls provider 5.6.1. It makes PrivateKey (ECDSA on P-256), SelfSignedCert, CertRequest and
// LocallySignedCert as Pulumi's own does, with inputs and outputs of the same names. It leaves out: other keys,
// subjects beyond a common name, IP addresses and URIs, the usages that are asked for (an authority may sign, any other
// certificate authenticates client and server), lives of less than a day.
import { isKnownObject, openSecrets, Secret, UNKNOWN, withoutSecrets } from "../plugin/propertyValues";
import type { PlainObject, PropertyMap } from "../plugin/propertyValues";
import {
  NO_DIFFERENCE,
  type CheckRequest,
  type CheckResult,
  type Created,
  type CreateRequest,
  type Difference,
  type DiffRequest,
  type ReadRequest,
  type ReadResult,
  type ResourceProvider,
} from "../plugin/resourceProvider";
import { newKey, request, selfSigned, signed } from "./openssl";

const HOUR_MS = 3_600_000;
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  "tls:index/privateKey:PrivateKey": ["privateKeyPem", "privateKeyPemPkcs8", "publicKeyPem"],
  "tls:index/selfSignedCert:SelfSignedCert": ["certPem", "readyForRenewal", "validityStartTime", "validityEndTime"],
  "tls:index/certRequest:CertRequest": ["certRequestPem"],
  "tls:index/locallySignedCert:LocallySignedCert": [
    "certPem",
    "readyForRenewal",
    "validityStartTime",
    "validityEndTime",
  ],
};
const SECRET = ["privateKeyPem", "privateKeyPemPkcs8"];

export class TlsProvider implements ResourceProvider {
  readonly version = "5.6.1";

  /** @param now the machine's clock in ms; another one in tests. */
  constructor(private readonly now: () => number = Date.now) {}

  checkConfig(config: PropertyMap): CheckResult {
    return { inputs: config, failures: [] };
  }

  diffConfig(): Difference {
    return NO_DIFFERENCE;
  }

  configure(): void {}

  check({ type, newInputs }: CheckRequest): CheckResult {
    if (!(type in OUTPUTS))
      throw new Error(`${type}: the lab's tls provider does not know it; use the official plugin for this one`);
    return { inputs: newInputs, failures: [] };
  }

  /** Every change makes a new one; so does the time, once it is within `earlyRenewalHours` of the end. */
  diff({ oldInputs, newInputs, oldState }: DiffRequest): Difference {
    const [before, after] = [withoutSecrets(oldInputs), withoutSecrets(newInputs)];
    const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
    );
    const renewal = this.mustBeRenewed(withoutSecrets(oldState), after) ? ["readyForRenewal"] : [];
    return {
      changes: [...changed, ...renewal].map((path) => ({ path, kind: "update", effect: "replace" }) as const),
      replacement: "create first",
    };
  }

  private mustBeRenewed(state: PlainObject, inputs: PlainObject): boolean {
    const end = state["validityEndTime"];
    const early = inputs["earlyRenewalHours"];
    return typeof end === "string" && typeof early === "number" && Date.parse(end) - early * HOUR_MS <= this.now();
  }

  async create({ type, inputs, run }: CreateRequest): Promise<Created> {
    const plain = openSecrets(inputs) as PlainObject;
    const names = OUTPUTS[type] ?? [];
    if (run === "preview" || !isKnownObject(plain))
      return {
        id: "",
        state: { ...inputs, ...Object.fromEntries(names.map((name) => [name, hidden(name, UNKNOWN)])) },
      };
    const outputs = this.make(type, plain);
    const id = `${type.split(":").at(-1) ?? ""}-${this.now()}-${Math.floor(Math.random() * 1e9)}`;
    return {
      id,
      state: { ...inputs, ...Object.fromEntries(Object.entries(outputs).map(([k, v]) => [k, hidden(k, v)])) },
    };
  }

  private make(type: string, inputs: PlainObject): Readonly<Record<string, string | boolean>> {
    const text = (name: string): string => String(inputs[name] ?? "");
    const commonName = String((inputs["subject"] as PlainObject | undefined)?.["commonName"] ?? "");
    const validity = { start: new Date(this.now()), hours: Number(inputs["validityPeriodHours"] ?? 0) };
    const dated = (certPem: string) => ({
      certPem,
      readyForRenewal: false,
      validityStartTime: validity.start.toISOString(),
      validityEndTime: new Date(this.now() + validity.hours * HOUR_MS).toISOString(),
    });
    switch (type) {
      case "tls:index/privateKey:PrivateKey":
        if (text("algorithm") !== "ECDSA" || text("ecdsaCurve") !== "P256")
          throw new Error(`${type}: the lab makes ECDSA keys on P256 only`);
        return { ...newKey() };
      case "tls:index/selfSignedCert:SelfSignedCert":
        return dated(selfSigned(text("privateKeyPem"), commonName, inputs["isCaCertificate"] === true, validity));
      case "tls:index/certRequest:CertRequest": {
        const names = Array.isArray(inputs["dnsNames"]) ? inputs["dnsNames"].map(String) : [];
        return { certRequestPem: request(text("privateKeyPem"), commonName, names) };
      }
      default: {
        const authority = { key: text("caPrivateKeyPem"), certificate: text("caCertPem") };
        return dated(signed(text("certRequestPem"), authority, validity));
      }
    }
  }

  /** Nothing outside the state knows of it. */
  async read({ id, inputs, state }: ReadRequest): Promise<ReadResult> {
    return { id, inputs, state };
  }

  async update({ newInputs, oldState }: { newInputs: PropertyMap; oldState: PropertyMap }): Promise<PropertyMap> {
    return { ...oldState, ...newInputs };
  }

  async delete(): Promise<void> {}

  cancel(): void {}
}

const hidden = <T extends string | boolean | typeof UNKNOWN>(name: string, value: T): T | Secret =>
  SECRET.includes(name) ? new Secret(value) : value;
