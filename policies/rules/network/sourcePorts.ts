import { labelsThatTell, podsPeer, type AllowedPeer } from "../../network/allowedPeers";
import { cachePods, serverPods, type CachePods } from "../../network/exposedPorts";
import { judgePort } from "../../network/judgePort";
import type { Stack } from "../../model/stack";
import type { Rule } from "../../rule";
import { eachCacheStack } from "../each";

/** Behind these ports is the peer's server, with this site's certificate already shown for whoever comes. */
export const sourcePorts: Rule = {
  name: "network-source-ports",
  family: "network",
  level: "mandatory",
  severity: "critical",
  description: "The gateway's way to the peers (6381 and 9981 onwards) is for the server and its guard only.",
  reads: "all policies, computed for the gateway's ports 6381 and 9981 onwards",
  remedy: "Open these ports of the gateway to the server's pods alone.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  configSchema: {},
  judge: (deployment) =>
    eachCacheStack(deployment, function* (stack) {
      for (const pods of cachePods(stack)) {
        for (const exposed of pods.exposedPorts.filter((each) => each.purpose === "source")) {
          yield* judgePort(stack, exposed, {
            allowedPeers: serverPeers(stack, pods),
            extent: "at most",
            config: [],
          });
        }
      }
    }),
};

export const serverPeers = (stack: Stack, { servers, namespace }: CachePods): AllowedPeer[] =>
  servers.flatMap((server) =>
    serverPods(stack, namespace, server).map((pod) =>
      podsPeer("the server's pods", pod, labelsThatTell(server.labels)),
    ),
  );
