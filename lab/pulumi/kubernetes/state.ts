// From an object as the cluster shows it to the resource's state (its outputs), and to inputs for an import.
import {
  isKnownObject,
  isPropertyMap,
  type JsonObject,
  markSecretsLike,
  type PlainObject,
  type PropertyMap,
  UNKNOWN,
  withoutSecrets,
} from "../plugin/propertyValues";
import { secretEntries } from "./check";
import { objectAt, without } from "./json";
import { toSdkKeys } from "./schemaKeys";

/** Where the state keeps the field manager, as with the official provider. */
const FIELD_MANAGER = "__fieldManager";

/** What only a real creation decides: a preview's dry run makes these up. */
const MADE_ON_CREATION = ["uid", "resourceVersion", "creationTimestamp"];
/** What the API server adds to the metadata of every object. */
const SERVER_METADATA = ["managedFields", "generation", "selfLink", ...MADE_ON_CREATION];

/** Secret wherever the inputs are; managedFields, which are long and mean nothing to a program, are left out. */
export function stateOf(object: JsonObject, inputs: PropertyMap, fieldManager: string): PropertyMap {
  const metadata = without(objectAt(object, "metadata"), ["managedFields"]);
  const properties = markSecretsLike(toSdkKeys({ ...object, metadata }), inputs);
  if (object["kind"] === "Secret" && object["apiVersion"] === "v1")
    Object.assign(properties, secretEntries(properties));
  return { ...properties, [FIELD_MANAGER]: fieldManager };
}

/** The state that a dry run foretells, with unknowns for what it cannot know. */
export function previewStateOf(
  object: JsonObject,
  inputs: PropertyMap,
  fieldManager: string,
  change: "create" | "update",
): PropertyMap {
  const state = stateOf(object, inputs, fieldManager);
  const metadata = isPropertyMap(state["metadata"]) ? state["metadata"] : {};
  const unknown = change === "create" ? MADE_ON_CREATION : ["resourceVersion"];
  const foretold: PropertyMap = {
    ...state,
    metadata: { ...metadata, ...Object.fromEntries(unknown.map((key) => [key, UNKNOWN])) },
  };
  if (state["status"] !== undefined) foretold["status"] = UNKNOWN;
  const spec = state["spec"];
  if (change === "create" && object["kind"] === "Service" && isPropertyMap(spec) && spec["clusterIP"] !== "None") {
    foretold["spec"] = { ...spec, clusterIP: UNKNOWN, clusterIPs: UNKNOWN };
  }
  return foretold;
}

export function fieldManagerOf(state: PropertyMap): string | undefined {
  const manager = state[FIELD_MANAGER];
  return typeof manager === "string" ? manager : undefined;
}

/** The object in a state; undefined when the state is empty or was never known. */
export function objectInState(state: PropertyMap): JsonObject | undefined {
  const plain: PlainObject = without(withoutSecrets(state), [FIELD_MANAGER]);
  return Object.keys(plain).length > 0 && isKnownObject(plain) ? plain : undefined;
}

/** Inputs that say what is there, for an import: everything but what the API server adds by itself. */
export function importedInputs(object: JsonObject): PropertyMap {
  const metadata = without(objectAt(object, "metadata"), SERVER_METADATA);
  const inputs = toSdkKeys({ ...without(object, ["status"]), metadata });
  return object["kind"] === "Secret" ? { ...inputs, ...secretEntries(inputs) } : inputs;
}
