import type { Json, JsonObject } from "../plugin/propertyValues";

/** Where the two spell a name differently: Pulumi's, AWS'. */
const OTHERWISE: Readonly<Record<string, string>> = {
  sseAlgorithm: "SSEAlgorithm",
  kmsMasterKeyId: "KMSMasterKeyID",
  applyServerSideEncryptionByDefault: "ApplyServerSideEncryptionByDefault",
  id: "ID",
};
const BACK = Object.fromEntries(Object.entries(OTHERWISE).map(([pulumi, aws]) => [aws, pulumi]));

const upper = (name: string): string => OTHERWISE[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
const lower = (name: string): string => BACK[name] ?? `${name.charAt(0).toLowerCase()}${name.slice(1)}`;

const renamed = (value: Json, rename: (name: string) => string): Json => {
  if (Array.isArray(value)) return value.map((each) => renamed(each, rename));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [rename(name), renamed(each, rename)]));
};

/** Inputs in Pulumi's spelling to AWS'. */
export function toWire(inputs: JsonObject, names: readonly string[] = Object.keys(inputs)): Json {
  return renamed(Object.fromEntries(names.flatMap((name) => (inputs[name] === undefined ? [] : [[name, inputs[name]]]))), upper);
}

/** An answer of AWS in Pulumi's spelling; what it leaves out is left out. */
export const fromWire = (answer: object): Json => renamed(JSON.parse(JSON.stringify(answer)) as Json, lower);
