// Reading JSON whose shape the API server decides.
import type { Json, JsonObject } from "../plugin/propertyValues";

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function valueAt(object: JsonObject, ...path: readonly string[]): Json | undefined {
  let value: Json | undefined = object;
  for (const key of path) value = isObject(value) ? value[key] : undefined;
  return value;
}

export function stringAt(object: JsonObject, ...path: readonly string[]): string | undefined {
  const value = valueAt(object, ...path);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberAt(object: JsonObject, ...path: readonly string[]): number | undefined {
  const value = valueAt(object, ...path);
  return typeof value === "number" ? value : undefined;
}

export function objectAt(object: JsonObject, ...path: readonly string[]): JsonObject {
  const value = valueAt(object, ...path);
  return isObject(value) ? value : {};
}

/** The objects in a list; what is no object is left out. */
export function objectsAt(object: JsonObject, ...path: readonly string[]): JsonObject[] {
  const value = valueAt(object, ...path);
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function without<Value>(
  object: Readonly<Record<string, Value>>,
  keys: readonly string[],
): Record<string, Value> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
