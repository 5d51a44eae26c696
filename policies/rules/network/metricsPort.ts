import { namespacePeer } from "../../network/allowedPeers";
import { cachePods } from "../../network/exposedPorts";
import { judgePort } from "../../network/judgePort";
import { texts } from "../../settings";
import type { Rule } from "../../rule";
import { eachCacheStack } from "../each";

/** Trap: metrics need no credentials, and with the operator the same port is the admin port. */
export const metricsPort: Rule = {
  name: "network-metrics-port",
  family: "network",
  level: "mandatory",
  severity: "high",
  description: "Only monitoring reaches the metrics of the server and of the gateway.",
  reads: "all policies, computed for the metrics of server and gateway; the declared namespace of monitoring",
  remedy: "Open the metrics ports to the namespace of monitoring alone (network.monitoring).",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  configSchema: {
    namespaces: {
      type: "array",
      description: "Namespaces of monitoring where the stack declares none.",
      items: { type: "string" },
      default: ["monitoring"],
    },
  },
  judge: (deployment, settings) =>
    eachCacheStack(deployment, function* (stack) {
      for (const { exposedPorts, declaration } of cachePods(stack)) {
        const declared =
          declaration === undefined
            ? texts(settings, "namespaces")
            : [declaration.monitoring].filter((name) => name !== "");
        const extent = declaration === undefined ? "at most" : "exactly";
        for (const exposed of exposedPorts.filter((each) => each.purpose === "metrics")) {
          yield* judgePort(stack, exposed, {
            allowedPeers: declared.map(namespacePeer),
            extent,
            config: ["network", "monitoring"],
          });
        }
      }
    }),
};
