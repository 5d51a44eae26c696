import { Unknown } from "../../../policies/model/value";
import { isFields, type Fields, type ManifestObject } from "./object";

const SECRET = "kubernetes:core/v1:Secret";

/** The Secrets that others make of an object, with values that are not known. */
export function secretsFrom({ type, name, props, line }: ManifestObject): ManifestObject[] {
  const made = maker(type)?.(name, props);
  if (made === undefined) return [];
  const metadata = { ...fields(props["metadata"]), ...made.metadata };
  return [{ type: SECRET, name: text(metadata["name"]) ?? name, props: { ...made, metadata }, line }];
}

interface Made {
  readonly metadata: Fields;
  readonly data: Fields | Unknown;
}

function maker(type: string): ((name: string, props: Fields) => Made | undefined) | undefined {
  if (/^kubernetes:bitnami\.com\/[^:]+:SealedSecret$/.test(type)) return sealed;
  if (/^kubernetes:external-secrets\.io\/[^:]+:ExternalSecret$/.test(type)) return external;
  return /^kubernetes:secrets\.hashicorp\.com\/[^:]+:Vault\w+Secret$/.test(type) ? vault : undefined;
}

function sealed(_name: string, props: Fields): Made {
  const spec = fields(props["spec"]);
  return {
    metadata: fields(fields(spec["template"])["metadata"]),
    data: unknownOf(Object.keys(fields(spec["encryptedData"]))),
  };
}

function external(name: string, props: Fields): Made {
  const spec = fields(props["spec"]);
  const target = fields(spec["target"]);
  const entries = Array.isArray(spec["data"]) ? spec["data"].map((each) => text(fields(each)["secretKey"])) : [];
  const keys = entries.filter((key) => key !== undefined);
  const isOpen = spec["dataFrom"] !== undefined || target["template"] !== undefined;
  return { metadata: { name: text(target["name"]) ?? name }, data: isOpen ? Unknown.value : unknownOf(keys) };
}

function vault(_name: string, props: Fields): Made | undefined {
  const name = text(fields(fields(props["spec"])["destination"])["name"]);
  return name === undefined ? undefined : { metadata: { name }, data: Unknown.value };
}

const unknownOf = (keys: readonly string[]): Fields => Object.fromEntries(keys.map((key) => [key, Unknown.value]));
const fields = (value: unknown): Fields => (isFields(value) ? value : {});
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
