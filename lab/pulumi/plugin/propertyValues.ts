// Property values as the engine sends them: JSON, with secrets and with values that are not known yet in a preview.
// Leaves out assets, archives, resource references and output values: the providers here say that they accept none.
import { ListValue, NullValue, Struct, Value } from "google-protobuf/google/protobuf/struct_pb";

/** The key that marks a special object, and the two signatures used here (Pulumi's deployment schema). */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** A value that only the update itself will know. */
export const UNKNOWN = Symbol("unknown");

/** A value that the engine must encrypt in the state and hide on the screen. */
export class Secret {
  constructor(readonly value: PropertyValue) {}
}

export type PropertyValue = null | boolean | number | string | typeof UNKNOWN | Secret | PropertyValue[] | PropertyMap;
export interface PropertyMap {
  [key: string]: PropertyValue;
}

/** A property value without secrets; unknowns may be in it. */
export type Plain = null | boolean | number | string | typeof UNKNOWN | Plain[] | PlainObject;
export interface PlainObject {
  [key: string]: Plain;
}

export function isPropertyMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

export function isPlainObject(value: Plain | undefined): value is PlainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function decodeProperties(struct: Struct | undefined): PropertyMap {
  const properties: PropertyMap = {};
  struct?.getFieldsMap().forEach((value, key) => {
    properties[key] = decodeValue(value);
  });
  return properties;
}

function decodeValue(value: Value): PropertyValue {
  switch (value.getKindCase()) {
    case Value.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case Value.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case Value.KindCase.STRING_VALUE: {
      const text = value.getStringValue();
      return text === UNKNOWN_STRING ? UNKNOWN : text;
    }
    case Value.KindCase.LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map(decodeValue);
    case Value.KindCase.STRUCT_VALUE:
      return decodeObject(decodeProperties(value.getStructValue()));
    default:
      return null;
  }
}

function decodeObject(properties: PropertyMap): PropertyValue {
  const signature = properties[SIGNATURE_KEY];
  if (signature === undefined) return properties;
  if (signature === SECRET_SIGNATURE) return new Secret(properties["value"] ?? null);
  throw new Error(
    "an asset, an archive or a resource reference was sent as a property; the lab's providers take plain values only",
  );
}

export function encodeProperties(properties: PropertyMap): Struct {
  const struct = new Struct();
  const fields = struct.getFieldsMap();
  for (const [key, value] of Object.entries(properties)) fields.set(key, encodeValue(value));
  return struct;
}

function encodeValue(value: PropertyValue): Value {
  const encoded = new Value();
  if (value === null) encoded.setNullValue(NullValue.NULL_VALUE);
  else if (value === UNKNOWN) encoded.setStringValue(UNKNOWN_STRING);
  else if (typeof value === "boolean") encoded.setBoolValue(value);
  else if (typeof value === "number") encoded.setNumberValue(value);
  else if (typeof value === "string") encoded.setStringValue(value);
  else if (Array.isArray(value)) {
    const list = new ListValue();
    list.setValuesList(value.map(encodeValue));
    encoded.setListValue(list);
  } else if (value instanceof Secret)
    encoded.setStructValue(encodeProperties({ [SIGNATURE_KEY]: SECRET_SIGNATURE, value: value.value }));
  else encoded.setStructValue(encodeProperties(value));
  return encoded;
}

/** The same properties with every secret opened. */
export function withoutSecrets(properties: PropertyMap): PlainObject {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, openSecrets(value)]));
}

export function openSecrets(value: PropertyValue): Plain {
  if (value instanceof Secret) return openSecrets(value.value);
  if (Array.isArray(value)) return value.map(openSecrets);
  return isPropertyMap(value) ? withoutSecrets(value) : value;
}

/** Whether every part of the value is known. */
export function isKnown(value: Plain): value is Json {
  if (value === UNKNOWN) return false;
  if (Array.isArray(value)) return value.every(isKnown);
  return isPlainObject(value) ? Object.values(value).every(isKnown) : true;
}

export function isKnownObject(value: PlainObject): value is JsonObject {
  return isKnown(value);
}

export function hasSecrets(value: PropertyValue): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(hasSecrets);
  return isPropertyMap(value) && Object.values(value).some(hasSecrets);
}

/**
 * The outputs, with every property marked secret that is secret in the inputs. A list with a secret anywhere in it
 * becomes secret as a whole, because the API server may reorder or extend it.
 */
export function markSecretsLike(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, output]): [string, PropertyValue] => {
      const input = inputs[key];
      if (input === undefined || output instanceof Secret) return [key, output];
      if (isPropertyMap(input) && isPropertyMap(output)) return [key, markSecretsLike(output, input)];
      return [key, hasSecrets(input) ? new Secret(output) : output];
    }),
  );
}
