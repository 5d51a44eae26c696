// The SDK writes Kubernetes' extensions to JSON schema with underscores, the API server with dashes.
import {
  isPropertyMap,
  type Json,
  type JsonObject,
  type PropertyMap,
  type PropertyValue,
} from "../plugin/propertyValues";
import { isObject } from "./json";

const EXTENSIONS = [
  "embedded-resource",
  "int-or-string",
  "list-map-keys",
  "list-type",
  "map-type",
  "preserve-unknown-fields",
  "validations",
];
const TO_DASHES = new Map(
  EXTENSIONS.map((name) => [`x_kubernetes_${name.replaceAll("-", "_")}`, `x-kubernetes-${name}`]),
);
const TO_UNDERSCORES = new Map([...TO_DASHES].map(([underscored, dashed]) => [dashed, underscored]));

/** As the API server wants them; `null`s, which mean "not set" in a program, are left out. */
export function toApiKeys(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [TO_DASHES.get(key) ?? key, apiValue(value)]),
  );
}

function apiValue(value: Json): Json {
  if (Array.isArray(value)) return value.map(apiValue);
  return isObject(value) ? toApiKeys(value) : value;
}

/** As the SDK reads them. */
export function toSdkKeys(object: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [TO_UNDERSCORES.get(key) ?? key, sdkValue(value)]),
  );
}

function sdkValue(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(sdkValue);
  return isPropertyMap(value) ? toSdkKeys(value) : value;
}
