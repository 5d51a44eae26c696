import { ports } from "../../server/ports";
import type { Declaration } from "../model/declaration";
import type { Resource } from "../model/resource";
import type { Stack } from "../model/stack";
import { podLabels, type Workload } from "../model/workload";
import { isNarrow } from "./address";
import { blockPeer, examplePod, labelsThatTell, namespacePeer, podsPeer, type AllowedPeer } from "./allowedPeers";
import { serverPods, type CachePods } from "./exposedPorts";
import { NAMESPACE_NAME, type PodEndpoint, type Protocol } from "./endpoint";
import { isEqual } from "./selector";

const DNS = 53;

/** Pods that speak to others, and the resource that makes them. */
export interface Source {
  readonly resource: Resource;
  readonly pod: PodEndpoint;
}

/** Somewhere that pods have to speak to, and may. */
export interface RequiredConnection {
  readonly to: AllowedPeer;
  readonly ports: readonly number[];
  readonly protocols: readonly Protocol[];
}

/**
 * What the pods of a declared site live by, by the resource that makes them: the gateway's way to server and guard, the
 * server's to its peers through the gateway, names, the API server.
 * @throws UnknownValue
 */
export function requiredConnections(
  stack: Stack,
  pods: CachePods,
  declaration: Declaration,
): ReadonlyMap<Resource, readonly RequiredConnection[]> {
  const { servers, gateways, namespace } = pods;
  const names = dnsConnections(declaration);
  const peers = declaration.peerPorts.map((_, i) => [ports.source + i, ports.peerGuard + i]).flat();
  const toGateways = gateways.map((gateway) => toPods("the gateway's pods", stack, namespace, gateway, peers));
  const toServers = servers.flatMap((server) =>
    serverPods(stack, namespace, server).map((pod) =>
      tcp(podsPeer("the server's pods", pod, labelsThatTell(server.labels)), [ports.client, ports.guard]),
    ),
  );
  const { apiServer, peerCidrs, peerPorts } = declaration;
  const storage = storageConnections(declaration);
  const api = apiServer === undefined ? [] : [toBlock(apiServer.cidr, [apiServer.port], "the API server")];
  const across =
    peerPorts.length === 0 ? [] : peerCidrs.map((cidr) => toBlock(cidr, [...new Set(peerPorts)], "the peers"));
  return new Map([
    ...servers.map(({ resource }): [Resource, RequiredConnection[]] => [
      resource,
      [...(peers.length === 0 ? [] : toGateways), ...api, ...storage, ...names],
    ]),
    ...gateways.map(({ object }): [Resource, RequiredConnection[]] => [
      object.resource,
      [...toServers, ...across, ...names],
    ]),
  ]);
}

/** The way to where snapshots go. */
export function storageConnections({ storage }: Declaration): RequiredConnection[] {
  if (storage === undefined) return [];
  const { namespace, cidrs, port } = storage;
  const inside = namespace === "" ? [] : [tcp(namespacePeer(namespace), [port])];
  // A block of half the world is not a storage's address, whoever declares it.
  return [...inside, ...cidrs.filter(isNarrow).map((cidr) => toBlock(cidr, [port], "object storage"))];
}

const tcp = (to: AllowedPeer, list: readonly number[]): RequiredConnection => ({
  to,
  ports: list,
  protocols: ["TCP"],
});

export const toBlock = (cidr: string, list: readonly number[], what = "addresses"): RequiredConnection =>
  tcp({ ...blockPeer(cidr), title: `${what} (${cidr})` }, list);

export const toPods = (
  title: string,
  stack: Stack,
  namespace: string,
  pods: Workload,
  list: readonly number[],
): RequiredConnection =>
  tcp(podsPeer(title, stack.network.podOf(pods, namespace), labelsThatTell(podLabels(pods))), list);

/** @param namespaces where the DNS pods are if the site does not say. */
export function dnsConnections(
  declaration: Declaration | undefined,
  namespaces: readonly string[] = [],
): RequiredConnection[] {
  const lookups = (to: AllowedPeer): RequiredConnection => ({ to, ports: [DNS], protocols: ["UDP", "TCP"] });
  if (declaration?.dns === undefined) return namespaces.map((name) => lookups(namespacePeer(name)));
  const { namespace, labels } = declaration.dns;
  const wanted = Object.entries(labels).map(([key, value]) => isEqual(key, value));
  return [
    lookups({
      title: `DNS (namespace ${namespace})`,
      members: [{ kind: "pods", namespaces: [isEqual(NAMESPACE_NAME, namespace)], pods: wanted }],
      examples: [examplePod(namespace, labels)],
    }),
  ];
}
