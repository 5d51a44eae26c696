// The annotations by which a program steers the official provider.
import { type Json, type JsonObject, type PlainObject, isPlainObject } from "../plugin/propertyValues";
import { objectAt } from "./json";

export const SKIP_AWAIT = "pulumi.com/skipAwait";
export const TIMEOUT_SECONDS = "pulumi.com/timeoutSeconds";
export const WAIT_FOR = "pulumi.com/waitFor";
export const PATCH_FORCE = "pulumi.com/patchForce";
export const PATCH_FIELD_MANAGER = "pulumi.com/patchFieldManager";
export const DELETION_PROPAGATION = "pulumi.com/deletionPropagationPolicy";
/** Set by the provider itself: the name was made, not given. */
export const AUTONAMED = "pulumi.com/autonamed";

export function annotation(object: JsonObject, name: string): string | undefined {
  const value: Json | undefined = objectAt(object, "metadata", "annotations")[name];
  return typeof value === "string" ? value : undefined;
}

export function isAutonamed(inputs: PlainObject): boolean {
  const metadata = inputs["metadata"];
  const annotations = isPlainObject(metadata) ? metadata["annotations"] : undefined;
  return isPlainObject(annotations) && annotations[AUTONAMED] === "true";
}
