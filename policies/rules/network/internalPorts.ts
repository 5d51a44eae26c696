import type { Stack } from "../../model/stack";
import { labelsThatTell, namespacePeer, podsPeer, type AllowedPeer } from "../../network/allowedPeers";
import { cachePods, type CachePods } from "../../network/exposedPorts";
import { judgePort } from "../../network/judgePort";
import { podLabels } from "../../model/workload";
import type { Rule } from "../../rule";
import { eachCacheStack } from "../each";

export const internalPorts: Rule = {
  name: "network-internal-ports",
  family: "network",
  level: "mandatory",
  severity: "high",
  description:
    "Behind a gateway only the gateway reaches the server and its guard, and no other port of the pods is " +
    "open to anybody.",
  reads: "all policies, computed for the server, its guard and every port that is opened beside those in use",
  remedy: "Open the server's and the guard's port to the gateway's pods alone, and name the ports in every rule.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  configSchema: {},
  judge: (deployment) =>
    eachCacheStack(deployment, function* (stack) {
      for (const pods of cachePods(stack)) {
        for (const exposed of pods.exposedPorts) {
          if (exposed.purpose === "internal")
            yield* judgePort(stack, exposed, {
              allowedPeers: gatewayPeers(stack, pods),
              extent: "at most",
              config: [],
            });
          if (exposed.purpose === "peers")
            yield* judgePort(stack, exposed, {
              allowedPeers: [namespacePeer(pods.namespace)],
              extent: "at most",
              config: [],
            });
          if (exposed.purpose === "closed")
            yield* judgePort(stack, exposed, {
              allowedPeers: [],
              extent: "exactly",
              config: [],
            });
        }
      }
    }),
};

const gatewayPeers = (stack: Stack, { gateways, namespace }: CachePods): AllowedPeer[] =>
  gateways.map((gateway) =>
    podsPeer("the gateway's pods", stack.network.podOf(gateway, namespace), labelsThatTell(podLabels(gateway))),
  );
