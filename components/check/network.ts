import type { Problem } from "../problems";
import type { SiteSettings } from "../settings/site";
import { checkCidrs, checkDnsLabel, checkRange, isCidr, isHost } from "./values";

export function checkNetwork({ network, peers }: SiteSettings): readonly Problem[] {
  const { apiServer, clients, dns, monitoring, peerCidrs } = network;
  const unnamed = peers.length > 0 && peerCidrs.length === 0;
  return [
    ...clients.flatMap((namespace, at) => checkDnsLabel(`network.clients[${at}]`, namespace)),
    ...(monitoring === "" ? [] : checkDnsLabel("network.monitoring", monitoring)),
    ...(isCidr(apiServer.cidr)
      ? []
      : [
          {
            key: "network.apiServer.cidr",
            problem: apiServer.cidr === "" ? "is missing" : `"${apiServer.cidr}" is no CIDR`,
            remedy:
              'the guard speaks to the API server: "kubectl get endpoints kubernetes" prints its addresses; write "ADDRESS/32" or a range',
          },
        ]),
    ...checkRange("network.apiServer.port", apiServer.port, 1, 65_535),
    ...checkDnsLabel("network.dns.namespace", dns.namespace),
    ...(Object.keys(dns.labels).length === 0
      ? [
          {
            key: "network.dns.labels",
            problem: "no label: every pod of that namespace would count as DNS",
            remedy: 'write those of the DNS pods, such as k8s-app: "kube-dns"',
          },
        ]
      : []),
    ...checkCidrs("network.peerCidrs", peerCidrs),
    ...(unnamed
      ? [
          {
            key: "network.peerCidrs",
            problem: "there are peers, but no address that they may be spoken to at or come from",
            remedy: "list the CIDRs of their gateways, as seen from here",
          },
        ]
      : []),
    ...(isHost(network.clusterDomain)
      ? []
      : [
          {
            key: "network.clusterDomain",
            problem: `"${network.clusterDomain}" is no domain`,
            remedy: 'mostly "cluster.local"',
          },
        ]),
  ];
}
