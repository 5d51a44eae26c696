import type * as k8s from "@pulumi/kubernetes";
import { isIP } from "node:net";
import { ports } from "../../server/ports";
import { peerGuardPort, sourcePort } from "../gateway/haproxyConfig";
import { selectorLabels, type Component } from "../names";
import type { SiteSettings } from "../settings/site";
import { snapshotStore, type SnapshotSettings } from "../settings/snapshots";

type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;
type PolicyPort = k8s.types.input.networking.v1.NetworkPolicyPort;
type Ingress = k8s.types.input.networking.v1.NetworkPolicyIngressRule;
type Egress = k8s.types.input.networking.v1.NetworkPolicyEgressRule;

/** A NetworkPolicy by its name; labels and namespace come from the component. */
export interface Policy {
  readonly name: string;
  readonly spec: k8s.types.input.networking.v1.NetworkPolicySpec;
}

const tcp = (...list: readonly number[]): PolicyPort[] => list.map((port) => ({ protocol: "TCP", port }));
const pods = (component: Component): Peer => ({ podSelector: { matchLabels: selectorLabels(component) } });
const inNamespace = (namespace: string): Peer => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
});
const blocks = (cidrs: readonly string[]): Peer[] => [...new Set(cidrs)].map((cidr) => ({ ipBlock: { cidr } }));
/** A rule that names nobody would admit everybody: it is left out. */
const from = (peers: readonly Peer[], list: readonly PolicyPort[]): Ingress[] =>
  peers.length === 0 || list.length === 0 ? [] : [{ from: [...peers], ports: [...list] }];
const to = (peers: readonly Peer[], list: readonly PolicyPort[]): Egress[] =>
  peers.length === 0 || list.length === 0 ? [] : [{ to: [...peers], ports: [...list] }];

const dns = ({ network }: SiteSettings): Egress => ({
  to: [{ ...inNamespace(network.dns.namespace), podSelector: { matchLabels: { ...network.dns.labels } } }],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
});

/** The way to where snapshots go; nowhere while they stay on the volume. */
export function storage(snapshots: SnapshotSettings): Egress[] {
  const store = snapshotStore(snapshots);
  if (store === undefined) return [];
  return to(
    [...(store.namespace === undefined ? [] : [inNamespace(store.namespace)]), ...blocks(store.cidrs)],
    tcp(store.port),
  );
}

/** The site's own way to its peers: each peer's server and guard, at the gateway. */
const sourcePorts = ({ peers }: SiteSettings): PolicyPort[] =>
  tcp(...peers.flatMap((_, at) => [sourcePort(at), peerGuardPort(at)]));

const peerCidrs = ({ network, peers }: SiteSettings): readonly string[] => [
  ...network.peerCidrs,
  ...peers.flatMap(({ address }) => (isIP(address) === 0 ? [] : [`${address}/${isIP(address) === 4 ? 32 : 128}`])),
];

const monitoring = ({ network }: SiteSettings): readonly Peer[] =>
  network.monitoring === undefined ? [] : [inNamespace(network.monitoring)];

const everything: Policy = {
  name: "dragonfly-default-deny",
  spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
};

const server = (settings: SiteSettings): Policy => ({
  name: "dragonfly-server",
  spec: {
    podSelector: { matchLabels: selectorLabels("server") },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      ...from([pods("gateway")], tcp(ports.client, ports.guard)),
      ...from(monitoring(settings), tcp(ports.metrics)),
    ],
    egress: [
      ...to([pods("gateway")], sourcePorts(settings)),
      ...to(blocks([settings.network.apiServer.cidr]), tcp(settings.network.apiServer.port)),
      ...storage(settings.snapshots),
      dns(settings),
    ],
  },
});

const gateway = (settings: SiteSettings): Policy => ({
  name: "dragonfly-gateway",
  spec: {
    podSelector: { matchLabels: selectorLabels("gateway") },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      ...from(
        [...settings.network.clients.map(inNamespace), ...blocks(settings.gateway.clients.allowedSources)],
        tcp(ports.client, ports.readOnly),
      ),
      ...from([pods("server")], sourcePorts(settings)),
      ...(settings.peers.length === 0
        ? []
        : from(blocks([...peerCidrs(settings), ...settings.gateway.link.allowedSources]), tcp(ports.link))),
      ...from(
        monitoring(settings),
        tcp(ports.gatewayMetrics, ...(settings.peers.length === 0 ? [] : [ports.linkMetrics])),
      ),
    ],
    egress: [
      ...to([pods("server")], tcp(ports.client, ports.guard)),
      ...(settings.peers.length === 0
        ? []
        : to(blocks(peerCidrs(settings)), tcp(...new Set(settings.peers.map(({ port }) => port))))),
      dns(settings),
    ],
  },
});

const drill = (settings: SiteSettings): Policy => ({
  name: "dragonfly-drill",
  spec: {
    podSelector: { matchLabels: selectorLabels("drill") },
    policyTypes: ["Ingress", "Egress"],
    egress: [...storage(settings.snapshots), dns(settings)],
  },
});

/** In the drills' namespace: to the object store, and to nobody else. */
export const drillPolicies = (settings: SiteSettings): readonly Policy[] => [everything, drill(settings)];

/**
 * Nothing in the namespace may be spoken to or speak; then what a site needs, by name and port. The kubelet's probes
 * are no matter of policies.
 */
export const sitePolicies = (settings: SiteSettings): readonly Policy[] => [
  everything,
  server(settings),
  gateway(settings),
];
