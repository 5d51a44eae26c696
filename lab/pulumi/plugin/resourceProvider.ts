// What a provider of the lab answers, free of gRPC. Leaves out functions, components and schemas.
import type { PropertyMap } from "./propertyValues";

export interface CheckRequest {
  readonly urn: string;
  /** For instance `kubernetes:core/v1:Secret`. */
  readonly type: string;
  /** The resource's name in the program. */
  readonly name: string;
  /** The inputs of the last update; undefined for a new resource. */
  readonly oldInputs: PropertyMap | undefined;
  readonly newInputs: PropertyMap;
  /** The same in the preview and in the update that follows it; empty when nothing random is wanted. */
  readonly randomSeed: Uint8Array;
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface CheckResult {
  readonly inputs: PropertyMap;
  readonly failures: readonly CheckFailure[];
}

export interface DiffRequest {
  readonly urn: string;
  readonly type: string;
  readonly oldInputs: PropertyMap;
  readonly oldState: PropertyMap;
  readonly newInputs: PropertyMap;
}

export interface PropertyChange {
  /** In Pulumi's notation: `spec.template.spec.containers[0].image`, `metadata.labels["a.b/c"]`. */
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  readonly effect: "update" | "replace";
}

export interface Difference {
  readonly changes: readonly PropertyChange[];
  /** What a replacement does first: two objects of one name cannot be there at once. */
  readonly replacement: "create first" | "delete first";
}

export const NO_DIFFERENCE: Difference = { changes: [], replacement: "create first" };

interface Operation {
  readonly urn: string;
  readonly type: string;
  readonly run: "preview" | "update";
  /** Seconds the program allows; undefined leaves it to the provider. */
  readonly timeoutSeconds: number | undefined;
}

export interface CreateRequest extends Operation {
  readonly inputs: PropertyMap;
}

export interface UpdateRequest extends Operation {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly oldState: PropertyMap;
  readonly newInputs: PropertyMap;
}

export interface ReadRequest {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  /** Empty for an import. */
  readonly inputs: PropertyMap;
  readonly state: PropertyMap;
}

export interface DeleteRequest {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly state: PropertyMap;
  readonly timeoutSeconds: number | undefined;
}

export interface Created {
  /** Empty in a preview. */
  readonly id: string;
  readonly state: PropertyMap;
}

export interface ReadResult {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly state: PropertyMap;
}

/**
 * A provider. Every method may throw: the message of the Error is shown to the user, so it is one line that names the
 * object, what is wrong and what to do.
 */
export interface ResourceProvider {
  readonly version: string;
  checkConfig(config: PropertyMap): CheckResult;
  diffConfig(oldConfig: PropertyMap, newConfig: PropertyMap): Difference | Promise<Difference>;
  configure(config: PropertyMap): void;
  check(request: CheckRequest): CheckResult | Promise<CheckResult>;
  diff(request: DiffRequest): Difference;
  create(request: CreateRequest): Promise<Created>;
  /** Undefined when the object is no longer there. */
  read(request: ReadRequest): Promise<ReadResult | undefined>;
  /** The new state. */
  update(request: UpdateRequest): Promise<PropertyMap>;
  delete(request: DeleteRequest): Promise<void>;
  /** Ends whatever is waited for. */
  cancel(): void;
}
