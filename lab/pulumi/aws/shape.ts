// Pulumi writes sseAlgorithm where AWS writes SSEAlgorithm: the same trees under other names.
import type { Json, JsonObject } from "../plugin/propertyValues";

/** Names that are more than a first letter apart. */
const IRREGULAR: readonly (readonly [pulumi: string, aws: string])[] = [
  ["id", "ID"],
  ["sseAlgorithm", "SSEAlgorithm"],
  ["kmsMasterKeyId", "KMSMasterKeyID"],
  ["replicaKmsKeyId", "ReplicaKmsKeyID"],
];
const TO_AWS = new Map(IRREGULAR);
const FROM_AWS = new Map(IRREGULAR.map(([pulumi, aws]) => [aws, pulumi]));

export function toAws(value: Json): Json {
  if (Array.isArray(value)) return value.map(toAws);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) =>
      each === null ? [] : [[TO_AWS.get(key) ?? key[0]?.toUpperCase() + key.slice(1), toAws(each)]],
    ),
  );
}

/** Of an answer of the SDK: what is not JSON (dates, absent fields) is left out. */
export function fromAws(value: unknown): Json {
  if (Array.isArray(value)) return value.map(fromAws);
  if (typeof value !== "object" || value === null)
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) =>
      each === undefined || each instanceof Date
        ? []
        : [[FROM_AWS.get(key) ?? key[0]?.toLowerCase() + key.slice(1), fromAws(each)]],
    ),
  );
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * What is there, as far as it was asked for: AWS adds defaults of its own and drops what is empty, which is no change.
 * A list of
 * another length is given whole.
 */
export function asAskedFor(asked: Json, live: Json | undefined): Json {
  if (live === undefined) return isObject(asked) && Object.keys(asked).length === 0 ? asked : null;
  if (typeof asked === "string" && typeof live === "string" && sameDocument(asked, live)) return asked;
  if (Array.isArray(asked) && Array.isArray(live) && asked.length === live.length)
    return asked.map((each, at) => asAskedFor(each, live[at]));
  if (!isObject(asked) || !isObject(live)) return live;
  return Object.fromEntries(Object.entries(asked).map(([key, each]) => [key, asAskedFor(each, live[key])]));
}

/** Policies are texts; their order of keys and their spaces say nothing. */
function sameDocument(left: string, right: string): boolean {
  const [a, b] = [parsed(left), parsed(right)];
  return isObject(a) && isObject(b) && same(a, b);
}

function parsed(document: string): Json | undefined {
  try {
    return JSON.parse(document) as Json;
  } catch {
    return undefined;
  }
}

export function same(left: Json | undefined, right: Json | undefined): boolean {
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((each, at) => same(each, right[at]));
  if (isObject(left) && isObject(right))
    return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => same(left[key], right[key]));
  if (typeof left === "string" && typeof right === "string") return left === right || sameDocument(left, right);
  return (left ?? null) === (right ?? null);
}
