// The inputs of an object, completed: its type, a name, a namespace.
import {
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  Secret,
  UNKNOWN,
  openSecrets,
  withoutSecrets,
} from "../plugin/propertyValues";
import type { CheckFailure, CheckRequest, CheckResult } from "../plugin/resourceProvider";
import { AUTONAMED, isAutonamed } from "./annotations";
import { kindOf, type Kind } from "./kinds";
import { autoName } from "./names";

/** `defaultNamespace` goes to objects that name none; a custom resource, whose scope nobody knows yet, gets none. */
export function checkObject(
  { type, name, newInputs, oldInputs, randomSeed }: CheckRequest,
  defaultNamespace: string,
): CheckResult {
  const kind = kindOf(type);
  const failures: CheckFailure[] = [];
  for (const property of ["apiVersion", "kind"] as const) {
    const given = openSecrets(newInputs[property] ?? kind[property]);
    if (given !== kind[property])
      failures.push({
        property,
        reason: `is ${JSON.stringify(given)}, but ${type} means ${kind[property]}; leave it out`,
      });
  }
  const inputs: PropertyMap = { ...newInputs, apiVersion: kind.apiVersion, kind: kind.kind };
  const metadata = newInputs["metadata"] ?? {};
  // Metadata that is not known yet, or secret as a whole, is taken as it is.
  if (!isPropertyMap(metadata)) return { inputs: hideSecretData(kind, inputs), failures };
  if (isSet(metadata["generateName"]))
    failures.push({
      property: "metadata.generateName",
      reason: "does not go with server-side apply; give metadata.name, or neither",
    });
  const named = isSet(metadata["name"]) ? metadata : nameless(metadata, name, oldInputs, randomSeed);
  inputs["metadata"] =
    kind.scope === "namespace" && !isSet(named["namespace"]) ? { ...named, namespace: defaultNamespace } : named;
  return { inputs: hideSecretData(kind, inputs), failures };
}

/** A nameless object keeps the name it was made with, or gets one. */
function nameless(
  metadata: PropertyMap,
  resourceName: string,
  oldInputs: PropertyMap | undefined,
  seed: Uint8Array,
): PropertyMap {
  const annotations = metadata["annotations"] ?? {};
  const oldMetadata = oldInputs?.["metadata"];
  const oldName =
    oldInputs !== undefined && isAutonamed(withoutSecrets(oldInputs)) && isPropertyMap(oldMetadata)
      ? oldMetadata["name"]
      : undefined;
  return {
    ...metadata,
    name: oldName ?? autoName(resourceName, seed),
    ...(isPropertyMap(annotations) ? { annotations: { ...annotations, [AUTONAMED]: "true" } } : {}),
  };
}

/** What a Secret holds is secret, whether the program says so or not. */
function hideSecretData(kind: Kind, inputs: PropertyMap): PropertyMap {
  if (kind.kind !== "Secret" || kind.apiVersion !== "v1") return inputs;
  return { ...inputs, ...secretEntries(inputs) };
}

export function secretEntries(object: PropertyMap): PropertyMap {
  const entries = ["data", "stringData"].flatMap((key): [string, PropertyValue][] => {
    const value = object[key];
    return value === undefined || value === null || value === UNKNOWN
      ? []
      : [[key, value instanceof Secret ? value : new Secret(value)]];
  });
  return Object.fromEntries(entries);
}

function isSet(value: PropertyValue | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}
