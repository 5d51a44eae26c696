import { problemIf, type Problem } from "../problems";
import { isWatched } from "../settings/monitoring";
import type { SiteSettings } from "../settings/site";

export const checkNetwork = ({ network, peers, monitoring }: SiteSettings): readonly Problem[] => [
  ...problemIf(Object.keys(network.dns.labels).length === 0, {
    key: "network.dns.labels",
    problem: "no label: every pod of that namespace would count as DNS",
    remedy: 'write those of the DNS pods, such as k8s-app: "kube-dns"',
  }),
  ...problemIf(peers.length > 0 && network.peerCidrs.length === 0, {
    key: "network.peerCidrs",
    besides: ["peers"],
    problem: "there are peers, but no address that they may be spoken to at or come from",
    remedy: "list the CIDRs of their gateways, as seen from here",
  }),
  ...problemIf(isWatched(monitoring) && network.monitoring === undefined, {
    key: "network.monitoring",
    besides: ["monitoring.enabled"],
    problem: "Prometheus may not reach the metrics: no namespace is named",
    remedy: "write the namespace of Prometheus",
  }),
];
