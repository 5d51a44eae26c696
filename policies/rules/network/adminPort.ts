import { cachePods } from "../../network/exposedPorts";
import { judgePort } from "../../network/judgePort";
import type { Rule } from "../../rule";
import { eachCacheStack } from "../each";

/** Trap: the admin port knows no ACL. */
export const adminPort: Rule = {
  name: "network-admin-port",
  family: "network",
  level: "mandatory",
  severity: "critical",
  description: "Nobody reaches the server's admin port over the network.",
  reads: "all policies, computed for the server's admin port",
  remedy: "Name the ports in every rule that opens the server's pods, and leave the admin port out.",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  configSchema: {},
  judge: (deployment) =>
    eachCacheStack(deployment, function* (stack) {
      for (const { exposedPorts } of cachePods(stack)) {
        for (const exposed of exposedPorts.filter((each) => each.purpose === "admin")) {
          yield* judgePort(stack, exposed, {
            allowedPeers: [],
            extent: "exactly",
            config: [],
          });
        }
      }
    }),
};
