import { blockPeer, namedNamespaces } from "../../network/allowedPeers";
import { cachePods } from "../../network/exposedPorts";
import { judgePort } from "../../network/judgePort";
import { texts } from "../../settings";
import type { Rule } from "../../rule";
import { eachCacheStack } from "../each";

export const cacheNamespacesOnly: Rule = {
  name: "network-cache-namespaces",
  family: "network",
  level: "mandatory",
  severity: "high",
  description: "The cache's port admits pods of namespaces that are named, and nobody else.",
  reads: "all policies, computed for the ports of clients",
  remedy:
    "Let each NetworkPolicy that opens the cache's port select its namespaces by the label " +
    "kubernetes.io/metadata.name.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#targeting-a-namespace-by-its-name",
  configSchema: {
    cidrs: {
      type: "array",
      description: "Addresses of clients outside, beside those that the site declares.",
      items: { type: "string" },
      default: [],
    },
  },
  judge: (deployment, settings) =>
    eachCacheStack(deployment, function* (stack) {
      for (const { exposedPorts, declaration } of cachePods(stack)) {
        const cidrs = [...(declaration?.clientCidrs ?? []), ...texts(settings, "cidrs")];
        const allowedPeers = [namedNamespaces, ...cidrs.map(blockPeer)];
        for (const exposed of exposedPorts.filter((each) => each.purpose === "clients")) {
          yield* judgePort(stack, exposed, {
            allowedPeers,
            extent: "at most",
            config: ["network", "clients"],
          });
        }
      }
    }),
};
