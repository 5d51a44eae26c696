import { isNarrow } from "../../network/address";
import { blockPeer, type AllowedPeer } from "../../network/allowedPeers";
import { cachePods } from "../../network/exposedPorts";
import { judgePort } from "../../network/judgePort";
import type { Gate } from "../../network/reach";
import { texts } from "../../settings";
import type { Rule } from "../../rule";
import { eachCacheStack } from "../each";

export const linkPort: Rule = {
  name: "network-link-port",
  family: "network",
  level: "mandatory",
  severity: "high",
  description: "Only the peers' addresses reach the link's port.",
  reads: "all policies, computed for the link's port; the declared addresses of the peers",
  remedy: "Open the link's port to the peers' CIDRs alone (network.peerCidrs, gateway.link.allowedSources).",
  link: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  configSchema: {
    cidrs: {
      type: "array",
      description: "Addresses of peers, beside those that the site declares.",
      items: { type: "string" },
      default: [],
    },
  },
  judge: (deployment, settings) =>
    eachCacheStack(deployment, function* (stack) {
      for (const { exposedPorts, declaration } of cachePods(stack)) {
        const known = [
          ...(declaration?.peerCidrs ?? []),
          ...(declaration?.linkSources ?? []),
          ...texts(settings, "cidrs"),
        ];
        for (const exposed of exposedPorts.filter((each) => each.purpose === "link")) {
          const undeclared = declaration === undefined && known.length === 0;
          const cidrs = (undeclared ? blocksOf(stack.network.gate(exposed.pod, "ingress")) : known).filter(isNarrow);
          const allowedPeers: AllowedPeer[] = cidrs.map(blockPeer);
          yield* judgePort(stack, exposed, {
            allowedPeers,
            extent: undeclared || declaration?.peerPorts.length === 0 ? "at most" : "exactly",
            config: ["network", "peerCidrs"],
          });
        }
      }
    }),
};

/** Where nobody has said who the peers are, each block that is named and narrow is taken for one. */
const blocksOf = (gate: Gate): string[] =>
  gate.allowRules.flatMap((rule) => rule.peers.flatMap((peer) => (peer.kind === "block" ? [peer.block.cidr] : [])));
