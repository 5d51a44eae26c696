import type * as k8s from "@pulumi/kubernetes";
import { ports } from "../../server/ports";
import { selectorLabels } from "../names";
import type { Policy } from "../network/policies";
import type { SiteSettings } from "../settings/site";
import { cachePorts, cacheUse } from "./cacheUse";
import { resolverNames, resolverSelector } from "./names";

type Peer = k8s.types.input.networking.v1.NetworkPolicyPeer;
type PolicyPort = k8s.types.input.networking.v1.NetworkPolicyPort;
type Ingress = k8s.types.input.networking.v1.NetworkPolicyIngressRule;
type Egress = k8s.types.input.networking.v1.NetworkPolicyEgressRule;

const DNS = 53;

const both = (port: number): PolicyPort[] => [
  { protocol: "UDP", port },
  { protocol: "TCP", port },
];
const inNamespace = (namespace: string): Peer => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
});
const block = (cidr: string): Peer => ({ ipBlock: { cidr } });

function ingress({ resolver, network }: SiteSettings): Ingress[] {
  const clients = [...resolver.clients.map(inNamespace), ...resolver.clientCidrs.map(block)];
  const watchers = resolver.implementation === "routedns" ? undefined : network.monitoring;
  return [
    { from: clients, ports: both(ports.dns) },
    ...(watchers === undefined
      ? []
      : [{ from: [inNamespace(watchers)], ports: [{ protocol: "TCP", port: ports.resolverHttp }] }]),
  ];
}

/** Each upstream by its own address and port; nothing wider. */
function upstreams({ resolver }: SiteSettings): Egress[] {
  const byPort = new Map<number, Peer[]>();
  for (const { host, port, family } of resolver.upstreams) {
    byPort.set(port, [...(byPort.get(port) ?? []), block(`${host}/${family === 4 ? 32 : 128}`)]);
  }
  return [...byPort].map(([port, to]) => ({ to, ports: both(port) }));
}

/** The cache's gateway, and the cluster's DNS for its name. */
function cache({ namespace, network, resolver }: SiteSettings): Egress[] {
  const open = cachePorts(cacheUse(resolver));
  if (open.length === 0) return [];
  return [
    {
      to: [{ ...inNamespace(namespace), podSelector: { matchLabels: selectorLabels("gateway") } }],
      ports: open.map((port) => ({ protocol: "TCP", port })),
    },
    {
      to: [{ ...inNamespace(network.dns.namespace), podSelector: { matchLabels: { ...network.dns.labels } } }],
      ports: both(DNS),
    },
  ];
}

/** Of the resolver's namespace: nobody in or out, but for what a resolver is for. */
export const resolverPolicies = (settings: SiteSettings): readonly Policy[] => [
  { name: `${resolverNames.policy}-default-deny`, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
  {
    name: resolverNames.policy,
    spec: {
      podSelector: { matchLabels: resolverSelector },
      policyTypes: ["Ingress", "Egress"],
      ingress: ingress(settings),
      egress: [...cache(settings), ...upstreams(settings)],
    },
  },
];
