import type { JsonObject } from "../plugin/propertyValues";
import type { AwsClients } from "./clients";

/** A resource of AWS: what is asked for and what is there, both in the shape of Pulumi's properties. */
export interface AwsKind {
  /** Inputs that are understood; any other is refused by name. */
  readonly inputs: readonly string[];
  readonly required: readonly string[];
  /** Inputs whose change makes another object. */
  readonly identity: readonly string[];
  /** Outputs that only AWS knows, as a preview must not guess them. */
  readonly computed: readonly string[];
  /** Outputs that AWS tells once, and that are secret. */
  readonly toldOnce: readonly string[];
  /** Gives the id, and what is told once. */
  create(clients: AwsClients, inputs: JsonObject): Promise<{ readonly id: string; readonly told?: JsonObject }>;
  /** Undefined when it is not there. `state` is empty for an import. */
  read(clients: AwsClients, id: string, state: JsonObject): Promise<JsonObject | undefined>;
  update(clients: AwsClients, id: string, inputs: JsonObject): Promise<void>;
  delete(clients: AwsClients, id: string, state: JsonObject): Promise<void>;
}

/** A text input that `required` has. */
export function text(inputs: JsonObject, name: string): string {
  const value = inputs[name];
  if (typeof value !== "string" || value === "") throw new Error(`${name}: must be a text that is not empty`);
  return value;
}
