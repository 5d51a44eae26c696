import { runsThrowawayServer } from "../model/cache";
import { labels, type KubeObject } from "../model/kube";
import type { Resource } from "../model/resource";
import type { Stack } from "../model/stack";
import { UnknownValue } from "../model/value";
import { podLabels, workload } from "../model/workload";

/** A namespace that rules look after, and the resource because of which they do. */
export interface ProtectedNamespace {
  readonly namespace: string;
  readonly resource: Resource;
}

const RESOLVERS = ["resolver", "heimdall"];

/** Namespaces with a server, a job that loads a snapshot into one, or a resolver; each once, in order. */
export function protectedNamespaces(stack: Stack): ProtectedNamespace[] {
  const places = new Map<string, Resource>();
  for (const cache of stack.caches)
    if (cache.namespace !== undefined && !places.has(cache.namespace)) places.set(cache.namespace, cache.resource);
  for (const object of stack.objects) {
    if (object.namespace !== undefined && !places.has(object.namespace) && (isResolver(object) || isDrill(object)))
      places.set(object.namespace, object.resource);
  }
  return [...places]
    .map(([namespace, resource]) => ({ namespace, resource }))
    .sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
}

export function isDrill(object: KubeObject): boolean {
  try {
    return runsThrowawayServer(object);
  } catch (error) {
    if (error instanceof UnknownValue) return false;
    throw error;
  }
}

export function isResolver(object: KubeObject): boolean {
  const pods = workload(object);
  if (pods === undefined) return false;
  try {
    const found = { ...labels(object), ...podLabels(pods) };
    return ["app.kubernetes.io/component", "app.kubernetes.io/name", "app"].some((label) =>
      RESOLVERS.includes(found[label] ?? ""),
    );
  } catch (error) {
    if (error instanceof UnknownValue) return false;
    throw error;
  }
}
