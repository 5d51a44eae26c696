import type { Problem } from "../problems";
import type { ClientsSettings, ExposureSettings, GatewaySettings } from "../settings/gateway";
import { checkCidrs, checkCores, checkMemoryPair, checkRange } from "./values";

const nodePort = (key: string, type: ExposureSettings["type"], port: number): readonly Problem[] => {
  if (port === 0) return [];
  if (type !== "NodePort")
    return [
      {
        key,
        problem: `a node's port goes with type NodePort, not ${type}`,
        remedy: "set the type, or remove the port",
      },
    ];
  return checkRange(key, port, 1, 65_535);
};

function checkExposure(path: string, exposure: ExposureSettings): readonly Problem[] {
  const inside = exposure.type === "ClusterIP" && exposure.allowedSources.length > 0;
  return [
    ...nodePort(`${path}.nodePort`, exposure.type, exposure.nodePort),
    ...checkCidrs(`${path}.allowedSources`, exposure.allowedSources),
    ...(inside
      ? [
          {
            key: `${path}.allowedSources`,
            problem: "a ClusterIP has no sources outside the cluster",
            remedy: "remove them, or set type to LoadBalancer or NodePort",
          },
        ]
      : []),
  ];
}

/** An exposed cache names who may come; "everybody" has to be written. */
const checkClients = (clients: ClientsSettings): readonly Problem[] => [
  ...checkExposure("gateway.clients", clients),
  ...nodePort("gateway.clients.readOnlyNodePort", clients.type, clients.readOnlyNodePort),
  ...(clients.type !== "ClusterIP" && clients.allowedSources.length === 0
    ? [
        {
          key: "gateway.clients.allowedSources",
          problem: `type ${clients.type} opens the cache beyond the cluster to nobody in particular`,
          remedy: "list the CIDRs of the clients out there",
        },
      ]
    : []),
];

export const checkGateway = (gateway: GatewaySettings): readonly Problem[] => [
  ...checkRange("gateway.replicas", gateway.replicas, 1, 16),
  ...checkRange("gateway.threads", gateway.threads, 1, 64),
  ...checkRange("gateway.maxConnections", gateway.maxConnections, 16, 1_000_000),
  ...checkCores("gateway.cpuRequest", gateway.cpuRequest),
  ...checkMemoryPair("gateway", gateway.memoryRequest, gateway.memoryLimit),
  ...checkClients(gateway.clients),
  ...checkExposure("gateway.link", gateway.link),
];
