// Stands in for the kubernetes provider 4.34.2: applies single objects to a cluster and waits until they are ready.
// Leaves out: Patch and List resources, Helm, Kustomize and YAML resources, functions, rendering to a directory,
// client-side
// apply, upgrades of stored versions, waiting during a refresh, and every kind that kinds.ts does not name.
// What else the official one does and this does not: ignores a path of a list by ignoreChanges itself (the engine does
// it here), replaces an unready Job on the annotation replaceUnready, checks inputs against the OpenAPI schema before
// it sends them, trims whitespace in a Secret's data, takes over fields of the manager `kubectl` after client-side
// apply. Otherwise it follows the official one, also where that hurts: what the API server drops or changes of a
// definition or a custom resource is an update in every preview (diff.ts), and a StatefulSet whose volume claims change
// is replaced, the old one deleted first where its name was given (immutableFields.ts).
import { setTimeout as delay } from "node:timers/promises";
import type { EngineLog } from "../plugin/engineLog";
import { PartiallyCreated } from "../plugin/partiallyCreated";
import { type JsonObject, type PropertyMap, withoutSecrets } from "../plugin/propertyValues";
import type {
  CheckRequest,
  CheckResult,
  Created,
  CreateRequest,
  DeleteRequest,
  Difference,
  DiffRequest,
  ReadRequest,
  ReadResult,
  ResourceProvider,
  UpdateRequest,
} from "../plugin/resourceProvider";
import {
  annotation,
  DELETION_PROPAGATION,
  isAutonamed,
  PATCH_FIELD_MANAGER,
  PATCH_FORCE,
  SKIP_AWAIT,
  TIMEOUT_SECONDS,
} from "./annotations";
import { ApiError, ClusterUnreachable } from "./apiErrors";
import { checkObject } from "./check";
import { Cluster } from "./cluster";
import { checkConfiguration, type Configuration, diffConfiguration, readConfiguration } from "./configuration";
import { diffObjects } from "./diff";
import { immutableFields } from "./immutableFields";
import { type Kind, kindOf } from "./kinds";
import { activeCluster } from "./kubeconfig";
import { newFieldManager } from "./names";
import { type ObjectReference, Objects, UnknownKind } from "./objects";
import { readinessRule } from "./readiness/rules";
import { fieldManagerOf, importedInputs, objectInState, previewStateOf, stateOf } from "./state";
import { Waiter } from "./waiter";
import { objectId, referenceFromId, referenceOf, wireObject } from "./wireObject";

/** As the official provider (s). */
const DEFAULT_TIMEOUT = 600;
/** A new kind is served a moment after its definition is established; as often is it looked for, as far apart (ms). */
const KIND_RETRIES = 5;
const KIND_RETRY_DELAY = 1_000;

interface Configured {
  readonly configuration: Configuration;
  readonly objects: Objects;
  readonly waiter: Waiter;
}

export class KubernetesProvider implements ResourceProvider {
  readonly version = "4.34.2";
  readonly #cancelled = new AbortController();
  #configured: Configured | undefined;

  constructor(readonly log: EngineLog) {}

  checkConfig(config: PropertyMap): CheckResult {
    return { inputs: config, failures: checkConfiguration(config) };
  }

  async diffConfig(before: PropertyMap, after: PropertyMap): Promise<Difference> {
    const changes = await diffConfiguration(before, after, activeCluster);
    return { changes, replacement: "create first" };
  }

  configure(config: PropertyMap): void {
    const configuration = readConfiguration(config);
    const objects = new Objects(new Cluster(configuration.address));
    this.#configured = { configuration, objects, waiter: new Waiter(objects) };
  }

  async check(request: CheckRequest): Promise<CheckResult> {
    return checkObject(request, await this.#defaultNamespace());
  }

  diff({ type, oldInputs, oldState, newInputs }: DiffRequest): Difference {
    const kind = kindOf(type);
    const [old, live, next] = [withoutSecrets(oldInputs), withoutSecrets(oldState), withoutSecrets(newInputs)];
    const changes = diffObjects(
      { oldInputs: old, live, newInputs: next },
      immutableFields(kind, next, this.#ready().configuration.mutability),
    );
    // A name that was given is the new object's too: both cannot be there at once. One that was made can be made anew.
    const keepsIdentity = !changes.some(({ path }) => path === "metadata.name" || path === "metadata.namespace");
    return { changes, replacement: keepsIdentity && !isAutonamed(next) ? "delete first" : "create first" };
  }

  async create(request: CreateRequest): Promise<Created> {
    const { inputs, run } = request;
    const kind = kindOf(request.type);
    const object = wireObject(inputs);
    if (object === undefined) return { id: "", state: inputs };
    const reference = referenceOf(kind, object);
    const fieldManager = annotation(object, PATCH_FIELD_MANAGER) ?? newFieldManager();
    if (run === "preview")
      return { id: "", state: await this.#previewCreate(request, reference, object, fieldManager) };
    await this.#refuseExisting(reference);
    const applied = await this.#retryUntilKindIsServed(kind, () =>
      this.#apply(request.urn, reference, object, fieldManager, "update"),
    );
    const id = objectId(applied);
    const state = await this.#waitUntilReady(request, reference, id, inputs, applied, fieldManager);
    return { id, state };
  }

  async read({ type, id, inputs, state }: ReadRequest): Promise<ReadResult | undefined> {
    const reference = referenceFromId(kindOf(type), id);
    let object: JsonObject | undefined;
    try {
      object = await this.#ready().objects.get(reference);
    } catch (error) {
      if (!this.#forgets(error)) throw error;
    }
    if (object === undefined) return undefined;
    const said = Object.keys(inputs).length > 0 ? inputs : importedInputs(object);
    return {
      id: objectId(object),
      inputs: said,
      state: stateOf(object, said, fieldManagerOf(state) ?? newFieldManager()),
    };
  }

  async update(request: UpdateRequest): Promise<PropertyMap> {
    const { newInputs, oldState, run } = request;
    const object = wireObject(newInputs);
    if (object === undefined) return newInputs;
    const reference = referenceOf(kindOf(request.type), object);
    const fieldManager = annotation(object, PATCH_FIELD_MANAGER) ?? fieldManagerOf(oldState) ?? newFieldManager();
    if (run === "preview") {
      try {
        return previewStateOf(
          await this.#apply(request.urn, reference, object, fieldManager, "preview"),
          newInputs,
          fieldManager,
          "update",
        );
      } catch (error) {
        if (isBeyondPreview(error)) return newInputs;
        throw error;
      }
    }
    const applied = await this.#apply(request.urn, reference, object, fieldManager, "update");
    return this.#waitUntilReady(request, reference, request.id, newInputs, applied, fieldManager);
  }

  async delete(request: DeleteRequest): Promise<void> {
    const { objects, waiter } = this.#ready();
    const reference = referenceFromId(kindOf(request.type), request.id);
    const known = objectInState(request.state) ?? {};
    try {
      const deleted = await objects.delete(reference, annotation(known, DELETION_PROPAGATION) ?? "Foreground");
      if (deleted === undefined || annotation(known, SKIP_AWAIT) === "true") return;
      const { problems } = await waiter.untilGone(reference, known, this.#waitOptions(request, known));
      this.log.status(request.urn, "");
      if (problems.length > 0) throw new Error(`${describe(reference)} was not deleted: ${problems.join("; ")}`);
    } catch (error) {
      if (this.#forgets(error) || error instanceof UnknownKind) return;
      throw error;
    }
  }

  cancel(): void {
    this.#cancelled.abort();
  }

  #ready(): Configured {
    if (this.#configured === undefined)
      throw new Error("the kubernetes provider was used before it was configured; this is a fault of the lab");
    return this.#configured;
  }

  /** The provider's, or the context's; a kubeconfig that cannot be read is reported when it is needed. */
  async #defaultNamespace(): Promise<string> {
    const configured = this.#configured;
    if (configured === undefined) return "default";
    const { configuration, objects } = configured;
    if (configuration.namespace !== undefined) return configuration.namespace;
    const credentials = await objects.cluster.credentials().catch(() => undefined);
    return credentials?.namespace ?? "default";
  }

  async #previewCreate(
    request: CreateRequest,
    reference: ObjectReference,
    object: JsonObject,
    fieldManager: string,
  ): Promise<PropertyMap> {
    const { objects, configuration } = this.#ready();
    try {
      if (configuration.existingObjects === "refuse" && (await objects.get(reference)) !== undefined) {
        // Either it is about to be replaced, or the update will fail: a dry run over it says nothing.
        return request.inputs;
      }
      const applied = await this.#apply(request.urn, reference, object, fieldManager, "preview");
      return previewStateOf(applied, request.inputs, fieldManager, "create");
    } catch (error) {
      if (isBeyondPreview(error)) return request.inputs;
      throw error;
    }
  }

  async #refuseExisting(reference: ObjectReference): Promise<void> {
    const { objects, configuration } = this.#ready();
    if (configuration.existingObjects === "take over" || (await objects.get(reference)) === undefined) return;
    const remedy =
      "import it (pulumi import), delete it, or keep its identity with an alias if the resource was renamed";
    throw new Error(`${describe(reference)} already exists in the cluster; ${remedy}`);
  }

  async #apply(
    urn: string,
    reference: ObjectReference,
    object: JsonObject,
    fieldManager: string,
    run: "preview" | "update",
  ): Promise<JsonObject> {
    const { objects, configuration } = this.#ready();
    const conflicts = annotation(object, PATCH_FORCE) === "true" ? "take over" : configuration.conflicts;
    try {
      const answer = await objects.apply(reference, object, { fieldManager, conflicts, run });
      if (run === "preview") for (const warning of answer.warnings) this.log.warning(urn, warning);
      return answer.object;
    } catch (error) {
      if (error instanceof ApiError && error.isFieldConflict) {
        throw new Error(
          `${describe(reference)}: ${error.message}; set the annotation ${PATCH_FORCE}: "true" to take these ` +
            "fields over, or leave them out",
        );
      }
      throw error;
    }
  }

  async #retryUntilKindIsServed(kind: Kind, apply: () => Promise<JsonObject>): Promise<JsonObject> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await apply();
      } catch (error) {
        if (!(error instanceof UnknownKind) || attempt > KIND_RETRIES) throw error;
        await delay(KIND_RETRY_DELAY, undefined, { signal: this.#cancelled.signal });
      }
    }
  }

  /** The state of the object once it is ready. Throws PartiallyCreated when it does not become so. */
  async #waitUntilReady(
    request: CreateRequest | UpdateRequest,
    reference: ObjectReference,
    id: string,
    inputs: PropertyMap,
    applied: JsonObject,
    fieldManager: string,
  ): Promise<PropertyMap> {
    const rule = annotation(applied, SKIP_AWAIT) === "true" ? undefined : readinessRule(applied);
    if (rule === undefined) return stateOf(applied, inputs, fieldManager);
    const { object, problems } = await this.#ready().waiter.untilReady(
      reference,
      applied,
      rule,
      this.#waitOptions(request, applied),
    );
    this.log.status(request.urn, "");
    const state = stateOf(object ?? applied, inputs, fieldManager);
    if (problems.length === 0) return state;
    throw new PartiallyCreated(id, state, inputs, [
      `${describe(reference)} is there, but did not become ready: ${problems[0] ?? ""}`,
      ...problems.slice(1),
    ]);
  }

  #waitOptions(request: { readonly urn: string; readonly timeoutSeconds: number | undefined }, object: JsonObject) {
    return {
      timeoutSeconds: request.timeoutSeconds ?? (Number(annotation(object, TIMEOUT_SECONDS)) || DEFAULT_TIMEOUT),
      onProgress: (message: string) => this.log.status(request.urn, message),
      cancelled: this.#cancelled.signal,
    };
  }

  #forgets(error: unknown): boolean {
    return error instanceof ClusterUnreachable && this.#ready().configuration.unreachable === "forget objects";
  }
}

/** The namespace or the kind will be made by the same update, or dry runs are not allowed: the inputs must do. */
function isBeyondPreview(error: unknown): boolean {
  return error instanceof UnknownKind || (error instanceof ApiError && (error.isNotFound || error.code === 403));
}

function describe({ kind, namespace, name }: ObjectReference): string {
  return `${kind.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
