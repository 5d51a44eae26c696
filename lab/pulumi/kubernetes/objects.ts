// Reading and writing single objects, of any kind the cluster has.
import type { JsonObject } from "../plugin/propertyValues";
import { ApiError } from "./apiErrors";
import type { ApiAnswer, Cluster } from "./cluster";
import { objectsAt, stringAt } from "./json";
import type { Kind } from "./kinds";

export interface ObjectReference {
  readonly kind: Kind;
  /** Undefined for a cluster-wide object, and where the cluster has yet to say. */
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface ApplyOptions {
  readonly fieldManager: string;
  readonly conflicts: "refuse" | "take over";
  readonly run: "preview" | "update";
}

/** The cluster does not know the kind: its CustomResourceDefinition is not there. */
export class UnknownKind extends Error {
  constructor({ apiVersion, kind }: Kind) {
    super(`the cluster has no kind ${kind} in ${apiVersion}; create its CustomResourceDefinition first (dependsOn)`);
  }
}

interface Location {
  readonly plural: string;
  readonly scope: "cluster" | "namespace";
}

export class Objects {
  readonly #customKinds = new Map<string, Location>();

  constructor(readonly cluster: Cluster) {}

  /** The path of all objects of the kind in the namespace. Throws UnknownKind. */
  async collectionPath(kind: Kind, namespace: string | undefined): Promise<string> {
    const { plural, scope } = kind.scope === "ask the cluster" ? await this.#discover(kind) : kind;
    const base = kind.apiVersion.includes("/") ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`;
    return scope === "cluster" ? `${base}/${plural}` : `${base}/namespaces/${namespace ?? "default"}/${plural}`;
  }

  /** Undefined when there is no such object, or no such kind. */
  async get(reference: ObjectReference): Promise<JsonObject | undefined> {
    return this.#unlessMissing(async () => {
      const { object } = await this.cluster.request({ method: "GET", path: await this.#path(reference) });
      return object;
    });
  }

  async apply(
    reference: ObjectReference,
    object: JsonObject,
    { fieldManager, conflicts, run }: ApplyOptions,
  ): Promise<ApiAnswer> {
    return this.cluster.request({
      method: "PATCH",
      path: await this.#path(reference),
      query: {
        fieldManager,
        fieldValidation: "Warn",
        force: String(conflicts === "take over"),
        ...(run === "preview" ? { dryRun: "All" } : {}),
      },
      body: object,
      contentType: "application/apply-patch+yaml",
    });
  }

  /** Undefined when there was nothing to delete. */
  async delete(reference: ObjectReference, propagation: string): Promise<JsonObject | undefined> {
    return this.#unlessMissing(async () => {
      const { object } = await this.cluster.request({
        method: "DELETE",
        path: await this.#path(reference),
        body: { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: propagation },
      });
      return object;
    });
  }

  async #path(reference: ObjectReference): Promise<string> {
    return `${await this.collectionPath(reference.kind, reference.namespace)}/${encodeURIComponent(reference.name)}`;
  }

  async #unlessMissing(answer: () => Promise<JsonObject>): Promise<JsonObject | undefined> {
    try {
      return await answer();
    } catch (error) {
      if (error instanceof UnknownKind || (error instanceof ApiError && error.isNotFound)) return undefined;
      throw error;
    }
  }

  async #discover(kind: Kind): Promise<Location> {
    const key = `${kind.apiVersion}/${kind.kind}`;
    const known = this.#customKinds.get(key);
    if (known !== undefined) return known;
    const resource = await this.#describe(kind);
    const location: Location = {
      plural: stringAt(resource, "name") ?? "",
      scope: resource["namespaced"] === true ? "namespace" : "cluster",
    };
    this.#customKinds.set(key, location);
    return location;
  }

  async #describe(kind: Kind): Promise<JsonObject> {
    try {
      const { object } = await this.cluster.request({ method: "GET", path: `/apis/${kind.apiVersion}` });
      // `widgets/status` has the same kind as `widgets`.
      const found = objectsAt(object, "resources").find(
        (resource) => resource["kind"] === kind.kind && !(stringAt(resource, "name") ?? "/").includes("/"),
      );
      if (found !== undefined) return found;
    } catch (error) {
      if (!(error instanceof ApiError && error.isNotFound)) throw error;
    }
    throw new UnknownKind(kind);
  }
}
