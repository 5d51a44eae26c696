import { problemIf, type Problem } from "../problems";
import type { ClientsSettings, ExposureSettings, GatewaySettings } from "../settings/gateway";

const checkNodePort = (
  path: string,
  name: string,
  port: number | undefined,
  { type }: Pick<ExposureSettings, "type">,
): readonly Problem[] =>
  problemIf(port !== undefined && type !== "NodePort", {
    key: `${path}.${name}`,
    besides: [`${path}.type`],
    problem: `a node's port goes with type NodePort, not ${type}`,
    remedy: "set the type, or remove the port",
  });

const checkExposure = (path: string, exposure: ExposureSettings): readonly Problem[] => [
  ...checkNodePort(path, "nodePort", exposure.nodePort, exposure),
  ...problemIf(exposure.type === "ClusterIP" && exposure.allowedSources.length > 0, {
    key: `${path}.allowedSources`,
    besides: [`${path}.type`],
    problem: "a ClusterIP has no sources outside the cluster",
    remedy: "remove them, or set type to LoadBalancer or NodePort",
  }),
];

/** An exposed cache names who may come; "everybody" has to be written. */
const checkClients = (path: string, clients: ClientsSettings): readonly Problem[] => [
  ...checkExposure(path, clients),
  ...checkNodePort(path, "readOnlyNodePort", clients.readOnlyNodePort, clients),
  ...problemIf(clients.type !== "ClusterIP" && clients.allowedSources.length === 0, {
    key: `${path}.allowedSources`,
    besides: [`${path}.type`],
    problem: `type ${clients.type} opens the cache beyond the cluster to nobody in particular`,
    remedy: "list the CIDRs of the clients out there",
  }),
];

export const checkGateway = ({ clients, link }: GatewaySettings): readonly Problem[] => [
  ...checkClients("gateway.clients", clients),
  ...checkExposure("gateway.link", link),
];
