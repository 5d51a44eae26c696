import { ports } from "../../server/ports";
import type { Cache } from "../model/cache";
import { declarationFor, type Declaration } from "../model/declaration";
import { UnknownFlags } from "../model/flags";
import type { KubeObject } from "../model/kube";
import { once } from "../model/once";
import { title, type Resource } from "../model/resource";
import type { Stack } from "../model/stack";
import { at, list, map, strings, text, UnknownValue, type Value } from "../model/value";
import { containers, podLabels, workload, type Workload } from "../model/workload";
import type { PodEndpoint, Protocol } from "./endpoint";
import type { Labels } from "./selector";
import { namedPorts } from "./network";
import { allowed } from "./rules";

/** Who a port is for. `peers`: pods of its own namespace. `closed`: nobody. */
export type Purpose = "clients" | "peers" | "internal" | "metrics" | "link" | "source" | "admin" | "closed";

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
const OWN_PROGRAM = "dragonfly-dr";

const isOwnSite = (servers: readonly Cache[]): boolean =>
  servers.some(({ labels }) => labels["app.kubernetes.io/part-of"] === OWN_PROGRAM);

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
    const declaration = declarationFor(stack.resources, namespace);
    const isOwn = declaration !== undefined || isOwnSite(servers);
    const gateways = gatewaysOf(stack, namespace, servers, isOwn);
    return {
      namespace,
      servers,
      gateways,
      exposedPorts: [
        ...servers.flatMap((server) => serverPorts(stack, namespace, server, gateways, isOwn)),
        ...gateways.flatMap((gateway) => gatewayPorts(stack, namespace, gateway)),
      ],
      declaration,
    };
  });
}

/** Pods beside the server that a Service leads to from the cache's port, and those that the program labels so. */
function gatewaysOf(stack: Stack, namespace: string, servers: readonly Cache[], isOwnSite: boolean): Workload[] {
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
    return led || (isOwnSite && isOwnGateway(labels)) ? [pods] : [];
  });
}

/** Pods of many other programs have a component of this name. */
const isOwnGateway = (labels: Labels): boolean =>
  labels["app.kubernetes.io/component"] === "gateway" &&
  (labels["app.kubernetes.io/part-of"] ?? OWN_PROGRAM) === OWN_PROGRAM;

/** @throws UnknownValue */
export function selectsPods(service: Pick<KubeObject, "body">, labels: Labels): boolean {
  const wanted = Object.entries(strings(map(service.body, "spec", "selector")));
  return wanted.length > 0 && wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

/** The pods of a server: one for each set of labels that its operator gives them while they run. */
export const serverPods = (stack: Stack, namespace: string, server: Cache): PodEndpoint[] =>
  (server.roles ?? [{}]).map((role) =>
    stack.network.podWith(namespace, { ...server.labels, ...role }, server.podSpec, server.hasUnknownPorts === true),
  );

function serverPorts(
  stack: Stack,
  namespace: string,
  server: Cache,
  gateways: readonly Workload[],
  isOwn: boolean,
): readonly ExposedPort[] {
  // The operator opens its admin port on every interface, for metrics.
  const admin = flagPort(server, "admin_port") ?? ports.serverAdmin;
  const clients: Purpose = gateways.length > 0 ? "internal" : "clients";
  const own = new Map<number, Purpose>([[UNUSED_PORT, "closed"]]);
  if (server.engine === "dragonfly" || isOwn) own.set(admin, "admin").set(ports.metrics, "metrics");
  if (isOwn) own.set(ports.guard, "internal");
  // The same keys, by other protocols or by TLS.
  for (const flag of ["port", "memcached_port", "tls-port"]) {
    const port = flagPort(server, flag) ?? (flag === "port" ? ports.client : undefined);
    if (port !== undefined) own.set(port, clients);
  }
  for (const { name, port } of namedPorts(server.podSpec)) {
    const purpose = PURPOSES.get(name);
    if (purpose !== undefined && !own.has(port)) own.set(port, purpose);
  }
  const named = numbered(server.podSpec);
  return serverPods(stack, namespace, server).flatMap((pod) => {
    const purposes = new Map(own);
    for (const port of [...named, ...opened(stack, pod)]) if (!purposes.has(port)) purposes.set(port, "closed");
    return [...purposes].map(([port, purpose]) => ({ resource: server.resource, pod, port, purpose }));
  });
}

function gatewayPorts(stack: Stack, namespace: string, gateway: Workload): ExposedPort[] {
  const pod = stack.network.podOf(gateway, namespace);
  const own = new Map<number, Purpose>([
    [UNUSED_PORT, "closed"],
    [ports.client, "clients"],
    [ports.readOnly, "clients"],
    [ports.link, "link"],
    [ports.gatewayMetrics, "metrics"],
    [ports.linkMetrics, "metrics"],
    [ports.source, "source"],
    [ports.peerGuard, "source"],
  ]);
  for (const service of stack.ofKind("", "Service")) {
    if (service.namespace !== namespace || !selectsPods(service, pod.labels)) continue;
    for (const each of list(service.body, "spec", "ports")) {
      const target = targetPort(gateway.podSpec, each);
      if (at(each, "port") === ports.client && target !== undefined) own.set(target, "clients");
    }
  }
  for (const port of [...numbered(gateway.podSpec), ...opened(stack, pod)])
    if (!own.has(port)) own.set(port, isSource(port) ? "source" : "closed");
  return [...own].map(([port, purpose]) => ({ resource: gateway.object.resource, pod, port, purpose }));
}

/** What many charts call the ports of exporters, and of a cache's servers among each other. */
const PURPOSES: ReadonlyMap<string, Purpose> = new Map<string, Purpose>([
  ["metrics", "metrics"],
  ["http-metrics", "metrics"],
  ["exporter", "metrics"],
  ["prometheus", "metrics"],
  ["redis-exporter", "metrics"],
  ["redis-bus", "peers"],
  ["tcp-redis-bus", "peers"],
  ["bus", "peers"],
  ["gossip", "peers"],
  ["redis-sentinel", "peers"],
  ["sentinel", "peers"],
]);

const isSource = (port: number): boolean =>
  [ports.source, ports.peerGuard].some((first) => port >= first && port < first + LONGEST_PEER_LIST);

/** Ports that rules open, whether or not something listens there: at both ends of a range. */
const opened = (stack: Stack, pod: PodEndpoint): number[] =>
  stack.network
    .gate(pod, "ingress")
    .policies.flatMap((policy) => allowed(policy.ingress))
    .flatMap((rule) => (rule.ports ?? []).flatMap(({ port, endPort }) => [port, endPort]))
    .filter((port) => typeof port === "number");

function numbered(podSpec: Value): number[] {
  return containers(podSpec)
    .flatMap((container) => list(container.body, "ports").map((each) => at(each, "containerPort")))
    .filter((port) => typeof port === "number");
}

/** @throws UnknownValue */
export function targetPort(podSpec: Value, servicePort: Value): number | undefined {
  const target = at(servicePort, "targetPort") ?? at(servicePort, "port");
  if (typeof target === "number") return target;
  for (const container of containers(podSpec)) {
    for (const each of list(container.body, "ports")) {
      const port = at(each, "containerPort");
      if (text(each, "name") === target && typeof port === "number") return port;
    }
  }
  return undefined;
}

function flagPort(server: Cache, flag: string): number | undefined {
  if (server.flags instanceof UnknownFlags) return undefined;
  const found = server.flags.get(flag);
  const port = found?.from === "args" || found?.from === "env" ? Number(found.value) : Number.NaN;
  return Number.isInteger(port) && port > 0 ? port : undefined;
}
