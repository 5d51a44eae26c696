import { labels, type KubeObject } from "../model/kube";
import type { Resource } from "../model/resource";
import type { Stack } from "../model/stack";
import { at, list, map, strings, text, UnknownValue } from "../model/value";
import { containers, podLabels, workload, type Workload } from "../model/workload";
import { ports } from "../../server/ports";
import type { PodEndpoint } from "./endpoint";
import { namedPorts } from "./network";

/** A namespace that rules look after, and the resource because of which they do. */
export interface Place {
  readonly namespace: string;
  readonly resource: Resource;
}

/** Namespaces with a server or a resolver, each once, in order. */
export function cacheNamespaces(stack: Stack): Place[] {
  const places = new Map<string, Resource>();
  for (const cache of stack.caches) if (cache.namespace !== undefined && !places.has(cache.namespace)) places.set(cache.namespace, cache.resource);
  for (const object of stack.objects) {
    if (object.namespace !== undefined && isResolver(object) && !places.has(object.namespace)) places.set(object.namespace, object.resource);
  }
  return [...places].map(([namespace, resource]) => ({ namespace, resource })).sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
}

function isResolver(object: KubeObject): boolean {
  const pods = workload(object);
  if (pods === undefined) return false;
  try {
    const found = { ...labels(object), ...podLabels(pods) };
    return ["resolver", "heimdall"].includes(found["app.kubernetes.io/component"] ?? "") || ["resolver", "heimdall"].includes(found["app.kubernetes.io/name"] ?? "");
  } catch (error) {
    if (error instanceof UnknownValue) return false;
    throw error;
  }
}

/** A port of a pod at which somebody may knock. */
export interface Door {
  readonly resource: Resource;
  readonly pod: PodEndpoint;
  readonly port: number;
}

/**
 * Where clients of the cache arrive: the servers' own port, and every pod that a Service leads to from the cache's port.
 * @throws UnknownValue
 */
export function clientDoors(stack: Stack): Door[] {
  const doors: Door[] = [];
  const add = (door: Door): void => {
    if (!doors.some((each) => each.resource === door.resource && each.port === door.port)) doors.push(door);
  };
  for (const cache of stack.caches) {
    if (cache.namespace === undefined) continue;
    add({ resource: cache.resource, pod: stack.network.pod(cache.namespace, cache.labels, namedPorts(cache.podSpec)), port: cachePort(cache.flags.get("port")) });
  }
  const namespaces = cacheNamespaces(stack).map((place) => place.namespace);
  for (const service of stack.ofKind("", "Service")) {
    if (service.namespace === undefined || !namespaces.includes(service.namespace)) continue;
    for (const each of list(service.body, "spec", "ports")) {
      if (at(each, "port") !== ports.client) continue;
      for (const target of targets(stack, service, each)) add(target);
    }
  }
  return doors;
}

const cachePort = (flag: { readonly from: string; readonly value?: string } | undefined): number => {
  const written = Number(flag?.value);
  return Number.isInteger(written) && written > 0 ? written : ports.client;
};

/** The pods that a Service's port leads to. @throws UnknownValue */
export function targets(stack: Stack, service: KubeObject, servicePort: ReturnType<typeof at>): Door[] {
  const wanted = strings(map(service.body, "spec", "selector"));
  const target = at(servicePort, "targetPort") ?? at(servicePort, "port");
  if (Object.keys(wanted).length === 0 || service.namespace === undefined) return [];
  const namespace = service.namespace;
  return stack.objects.flatMap((object): Door[] => {
    const pods = object.namespace === namespace ? workload(object) : undefined;
    if (pods === undefined || !Object.entries(wanted).every(([key, value]) => podLabels(pods)[key] === value)) return [];
    const port = typeof target === "number" ? target : portNamed(pods, target);
    return port === undefined ? [] : [{ resource: object.resource, pod: stack.network.podOf(pods, namespace), port }];
  });
}

function portNamed(pods: Workload, name: ReturnType<typeof at>): number | undefined {
  for (const container of containers(pods.podSpec)) {
    for (const each of list(container.body, "ports")) {
      const port = at(each, "containerPort");
      if (text(each, "name") === name && typeof port === "number") return port;
    }
  }
  return undefined;
}

