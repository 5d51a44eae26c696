import { ports } from "../../server/ports";
import type { Cache } from "../model/cache";
import { declarationFor, type Declaration } from "../model/declaration";
import type { KubeObject } from "../model/kube";
import { once } from "../model/once";
import { title, type Resource } from "../model/resource";
import type { Stack } from "../model/stack";
import { at, list, map, strings, text, UnknownValue, type Value } from "../model/value";
import { containers, podLabels, workload, type Workload } from "../model/workload";
import type { PodEndpoint, Protocol } from "./endpoint";
import { namedPorts } from "./network";
import { Gate } from "./reach";

/** Who a port is for. `closed`: nobody. */
export type Purpose = "clients" | "internal" | "metrics" | "link" | "source" | "admin" | "closed";

/** A port of a pod, and who it is for. */
export interface ExposedPort {
  readonly resource: Resource;
  readonly pod: PodEndpoint;
  readonly port: number;
  /** Default TCP. */
  readonly protocol?: Protocol;
  readonly purpose: Purpose;
}

/** The pods of one cache: its servers, and the gateways in front of them, with the ports of both. */
export interface CachePods {
  readonly namespace: string;
  readonly servers: readonly Cache[];
  readonly gateways: readonly Workload[];
  readonly exposedPorts: readonly ExposedPort[];
  readonly declaration: Declaration | undefined;
}

/** Stands for every port that nothing is said of. */
export const UNUSED_PORT = 1;
const LONGEST_PEER_LIST = 16;

/**
 * The caches of a stack by namespace, in order.
 * @throws UnknownValue
 */
export const cachePods: (stack: Stack) => readonly CachePods[] = once(find);

function find(stack: Stack): CachePods[] {
  const namespaces = [...new Set(stack.caches.map((cache) => cache.namespace))]
    .filter((name) => name !== undefined)
    .sort();
  return namespaces.map((namespace) => {
    const servers = stack.caches.filter((cache) => cache.namespace === namespace);
    const gateways = gatewaysOf(stack, namespace, servers);
    return {
      namespace,
      servers,
      gateways,
      exposedPorts: [
        ...servers.flatMap((server) => serverPorts(stack, namespace, server, gateways)),
        ...gateways.flatMap((gateway) => gatewayPorts(stack, namespace, gateway)),
      ],
      declaration: declarationFor(stack.resources, namespace),
    };
  });
}

/** Pods beside the server that a Service leads to from the cache's port, and those that the program labels so. */
function gatewaysOf(stack: Stack, namespace: string, servers: readonly Cache[]): Workload[] {
  const services = stack
    .ofKind("", "Service")
    .filter(
      (service) =>
        service.namespace === namespace &&
        list(service.body, "spec", "ports").some((each) => at(each, "port") === ports.client),
    );
  return stack.objects.flatMap((object) => {
    // Whatever makes pods may be a gateway as long as it is not known where it makes them.
    if (object.namespace === undefined && workload(object) !== undefined)
      throw new UnknownValue(`the namespace of ${title(object.resource)}`);
    const pods =
      object.namespace === namespace && !servers.some((server) => server.resource === object.resource)
        ? workload(object)
        : undefined;
    if (pods === undefined) return [];
    const labels = podLabels(pods);
    const led = services.some((service) => selectsPods(service, labels));
    return led || labels["app.kubernetes.io/component"] === "gateway" ? [pods] : [];
  });
}

/** @throws UnknownValue */
export function selectsPods(service: KubeObject, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(strings(map(service.body, "spec", "selector")));
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

export const serverPod = (stack: Stack, namespace: string, server: Cache): PodEndpoint =>
  stack.network.pod(namespace, server.labels, namedPorts(server.podSpec));

function serverPorts(stack: Stack, namespace: string, server: Cache, gateways: readonly Workload[]): ExposedPort[] {
  const pod = serverPod(stack, namespace, server);
  // The operator opens its admin port on every interface, for metrics.
  const admin = flagPort(server, "admin_port") ?? ports.serverAdmin;
  const own = new Map<number, Purpose>([
    [UNUSED_PORT, "closed"],
    [admin, "admin"],
    [ports.metrics, "metrics"],
    [ports.guard, "internal"],
    [flagPort(server, "port") ?? ports.client, gateways.length > 0 ? "internal" : "clients"],
  ]);
  for (const port of [...numbered(server.podSpec), ...opened(stack, pod)]) if (!own.has(port)) own.set(port, "closed");
  return [...own].map(([port, purpose]) => ({ resource: server.resource, pod, port, purpose }));
}

function gatewayPorts(stack: Stack, namespace: string, gateway: Workload): ExposedPort[] {
  const pod = stack.network.podOf(gateway, namespace);
  const own = new Map<number, Purpose>([
    [UNUSED_PORT, "closed"],
    [ports.client, "clients"],
    [ports.readOnly, "clients"],
    [ports.link, "link"],
    [ports.gatewayMetrics, "metrics"],
    [ports.source, "source"],
    [ports.peerGuard, "source"],
  ]);
  for (const service of stack.ofKind("", "Service")) {
    if (service.namespace !== namespace || !selectsPods(service, pod.labels)) continue;
    for (const each of list(service.body, "spec", "ports")) {
      const target = targetPort(gateway, each);
      if (at(each, "port") === ports.client && target !== undefined) own.set(target, "clients");
    }
  }
  for (const port of [...numbered(gateway.podSpec), ...opened(stack, pod)])
    if (!own.has(port)) own.set(port, isSource(port) ? "source" : "closed");
  return [...own].map(([port, purpose]) => ({ resource: gateway.object.resource, pod, port, purpose }));
}

const isSource = (port: number): boolean =>
  [ports.source, ports.peerGuard].some((first) => port >= first && port < first + LONGEST_PEER_LIST);

/** Ports that rules open, whether or not something listens there: at both ends of a range. */
const opened = (stack: Stack, pod: PodEndpoint): number[] =>
  new Gate(stack.network.policies, pod, "ingress").policies
    .flatMap((policy) =>
      policy.ingress.allow.flatMap((rule) => (rule.ports ?? []).flatMap(({ port, endPort }) => [port, endPort])),
    )
    .filter((port) => typeof port === "number");

function numbered(podSpec: Value): number[] {
  return containers(podSpec)
    .flatMap((container) => list(container.body, "ports").map((each) => at(each, "containerPort")))
    .filter((port) => typeof port === "number");
}

/** @throws UnknownValue */
export function targetPort(pods: Workload, servicePort: Value): number | undefined {
  const target = at(servicePort, "targetPort") ?? at(servicePort, "port");
  if (typeof target === "number") return target;
  for (const container of containers(pods.podSpec)) {
    for (const each of list(container.body, "ports")) {
      const port = at(each, "containerPort");
      if (text(each, "name") === target && typeof port === "number") return port;
    }
  }
  return undefined;
}

function flagPort(server: Cache, flag: string): number | undefined {
  const found = server.flags.get(flag);
  const port = found?.from === "args" || found?.from === "env" ? Number(found.value) : Number.NaN;
  return Number.isInteger(port) && port > 0 ? port : undefined;
}
