import { Unknown } from "../../../policies/model/value";
import type { ManifestDocument } from "./parse";
import { isFields, type Fields, type ManifestObject } from "./object";
import { secretsFrom } from "./secrets";

const DEEPEST_LIST = 4;
const ENCRYPTED = /^ENC\[/;

/** The objects of documents, those of lists on their own; other documents are counted. */
export function manifestObjects(documents: readonly ManifestDocument[]): {
  readonly objects: readonly ManifestObject[];
  readonly ignored: number;
} {
  const objects: ManifestObject[] = [];
  let ignored = 0;
  for (const { value, line, items } of documents) {
    if (value === null || value === undefined) continue;
    const found = objectsOf(value, line, items, 0);
    if (found.length === 0) ignored += 1;
    objects.push(...found.flatMap((each) => [each, ...secretsFrom(each)]));
  }
  return { objects, ignored };
}

function objectsOf(value: unknown, line: number, lines: readonly number[], depth: number): ManifestObject[] {
  // A stream of JSON may be one list.
  if (Array.isArray(value))
    return depth > DEEPEST_LIST ? [] : value.flatMap((each) => objectsOf(each, line, [], depth + 1));
  if (!isFields(value)) return [];
  const { apiVersion, kind, items } = value;
  if (typeof kind !== "string" || typeof apiVersion !== "string" || kind === "" || apiVersion === "") return [];
  if (kind.endsWith("List") && Array.isArray(items) && depth <= DEEPEST_LIST)
    return items.flatMap((item: unknown, i) => objectsOf(item, lines[i] ?? line, [], depth + 1));
  const metadata = isFields(value["metadata"]) ? value["metadata"] : {};
  const name = [metadata["name"], metadata["generateName"], kind].find(isWord) ?? kind;
  const group = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  const props = isFields(value["sops"]) ? decryptable(value) : value;
  return [{ type: `kubernetes:${group}:${kind}`, name, props, line }];
}

const isWord = (value: unknown): value is string => typeof value === "string" && value !== "";

/** What SOPS has encrypted is not known. */
function decryptable(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([key]) => key !== "sops")
      .map(([key, value]) => [key, replaced(value)]),
  );
}

function replaced(value: unknown): unknown {
  if (typeof value === "string") return ENCRYPTED.test(value) ? Unknown.value : value;
  if (Array.isArray(value)) return value.map(replaced);
  return isFields(value)
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaced(each)]))
    : value;
}
