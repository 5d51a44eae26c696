import { blockPeer, namespacePeer } from "../../network/allowedPeers";
import { cachePods } from "../../network/exposedPorts";
import { judgePort } from "../../network/judgePort";
import { texts } from "../../settings";
import { notJudged, type Rule } from "../../rule";
import { eachCacheStack } from "../each";

export const declaredClients: Rule = {
  name: "network-declared-clients",
  family: "network",
  level: "mandatory",
  severity: "high",
  description:
    "Exactly the clients that are declared reach the cache's port, by all policies of the stack taken together.",
  reads: "all policies, computed for the ports of clients; the site's declared clients",
  remedy:
    "Bring the NetworkPolicies and the declared clients (network.clients, gateway.clients.allowedSources) together.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  configSchema: {
    namespaces: {
      type: "array",
      description: "Namespaces of clients, beside those that the site declares.",
      items: { type: "string" },
      default: [],
    },
    cidrs: {
      type: "array",
      description: "Addresses of clients outside, beside those that the site declares.",
      items: { type: "string" },
      default: [],
    },
  },
  judge: (deployment, settings) =>
    eachCacheStack(deployment, function* (stack) {
      for (const { exposedPorts, declaration, servers } of cachePods(stack)) {
        const namespaces = [...(declaration?.clients ?? []), ...texts(settings, "namespaces")];
        const cidrs = [...(declaration?.clientCidrs ?? []), ...texts(settings, "cidrs")];
        if (declaration === undefined && namespaces.length + cidrs.length === 0) {
          yield notJudged(
            servers[0] === undefined ? undefined : { resource: servers[0].resource },
            "the stack declares no clients: name them in this rule's configuration",
          );
          continue;
        }
        const allowedPeers = [...namespaces.map(namespacePeer), ...cidrs.map(blockPeer)];
        for (const exposed of exposedPorts.filter((each) => each.purpose === "clients")) {
          yield* judgePort(stack, exposed, {
            allowedPeers,
            extent: "exactly",
            config: ["network", "clients"],
          });
        }
      }
    }),
};
