// Follows a list of objects and tells what is in it after every change.
import { setTimeout as delay } from "node:timers/promises";
import type { JsonObject } from "../plugin/propertyValues";
import { ApiError, ClusterUnreachable } from "./apiErrors";
import type { Cluster, Query } from "./cluster";
import { objectsAt, stringAt } from "./json";

/** Before the list is read again after the API server went away or ended the watch (ms). */
const RETRY_DELAY = 500;

/**
 * Calls `onChange` with all objects of the list, first as they are and then after every change, until the signal ends
 * it. An API server that goes away for a while is waited for; any other refusal is thrown.
 */
export async function watchList(
  cluster: Cluster,
  path: string,
  selector: Query,
  onChange: (objects: readonly JsonObject[]) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await followOnce(cluster, path, selector, onChange, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error)) throw error;
    }
    await delay(RETRY_DELAY, undefined, { signal }).catch(() => undefined);
  }
}

/** One list and one watch. The server ends a watch after some minutes, or at once when it has forgotten the version. */
async function followOnce(
  cluster: Cluster,
  path: string,
  selector: Query,
  onChange: (objects: readonly JsonObject[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const { object: list } = await cluster.request({ method: "GET", path, query: selector, signal });
  const objects = new Map(objectsAt(list, "items").map((object) => [identity(object), withTypeOf(list, object)]));
  onChange([...objects.values()]);
  const resourceVersion = stringAt(list, "metadata", "resourceVersion") ?? "0";
  for await (const event of cluster.watch(path, { ...selector, resourceVersion }, signal)) {
    if (event.type === "ERROR") return;
    if (event.type === "DELETED") objects.delete(identity(event.object));
    else objects.set(identity(event.object), event.object);
    onChange([...objects.values()]);
  }
}

function identity(object: JsonObject): string {
  return `${stringAt(object, "metadata", "namespace") ?? ""}/${stringAt(object, "metadata", "name") ?? ""}`;
}

/** The items of a list carry no type of their own. */
function withTypeOf(list: JsonObject, object: JsonObject): JsonObject {
  return {
    apiVersion: list["apiVersion"] ?? null,
    kind: (stringAt(list, "kind") ?? "").replace(/List$/, ""),
    ...object,
  };
}

function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.code === 410 || error.code === 429 || error.code >= 500;
  return (
    error instanceof ClusterUnreachable || (error instanceof Error && "code" in error && error.code === "ECONNRESET")
  );
}
