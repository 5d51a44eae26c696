// From inputs to what is sent to the API server.
import { isKnownObject, type JsonObject, type PropertyMap, withoutSecrets } from "../plugin/propertyValues";
import { isObject, stringAt } from "./json";
import type { Kind } from "./kinds";
import type { ObjectReference } from "./objects";
import { toApiKeys } from "./schemaKeys";

/** Undefined while something in the inputs is not known yet. */
export function wireObject(inputs: PropertyMap): JsonObject | undefined {
  const plain = withoutSecrets(inputs);
  return isKnownObject(plain) ? foldStringData(toApiKeys(plain)) : undefined;
}

/**
 * `stringData` sent as `data`: with server-side apply the API server would keep a key of `data` for ever that once came
 * from `stringData`.
 */
function foldStringData(object: JsonObject): JsonObject {
  const { stringData, ...others } = object;
  if (object["kind"] !== "Secret" || object["apiVersion"] !== "v1" || !isObject(stringData)) return object;
  const encoded = Object.fromEntries(
    Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString("base64")]),
  );
  return { ...others, data: { ...(isObject(others["data"]) ? others["data"] : {}), ...encoded } };
}

/** Throws when the object has no name. */
export function referenceOf(kind: Kind, object: JsonObject): ObjectReference {
  const name = stringAt(object, "metadata", "name");
  if (name === undefined) throw new Error(`${kind.kind}: metadata.name is missing; give one`);
  return { kind, name, namespace: stringAt(object, "metadata", "namespace") };
}

/** `namespace/name`, or `name` for a cluster-wide object: the id in the state. */
export function objectId(object: JsonObject): string {
  const namespace = stringAt(object, "metadata", "namespace");
  const name = stringAt(object, "metadata", "name") ?? "";
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function referenceFromId(kind: Kind, id: string): ObjectReference {
  const [first = "", second] = id.split("/");
  return second === undefined ? { kind, name: first, namespace: undefined } : { kind, name: second, namespace: first };
}
