import { group, orOff, required, withDefault } from "../catalogue/fields";
import type { SettingsOf } from "../catalogue/node";
import { list, textMap } from "../catalogue/values";
import { cidr, domain, namespaceName, port } from "./kinds";

const apiServer = group(
  "ApiServer",
  { doc: "The Kubernetes API server, to which the guard connects." },
  {
    cidr: required(cidr, {
      missing:
        'the guard speaks to the API server: "kubectl get endpoints kubernetes" prints its addresses; write' +
        ' "ADDRESS/32" or a range',
      doc: 'Addresses of the API server as the CNI sees them: "kubectl get endpoints kubernetes" prints them.',
      example: "10.0.0.10/32",
    }),
    port: withDefault(port, { default: 443, doc: "Port of the API server at those addresses.", example: 6443 }),
  },
);

const dns = group(
  "ClusterDns",
  { doc: "The pods of the cluster's DNS." },
  {
    namespace: withDefault(namespaceName, { default: "kube-system", doc: "Namespace of the pods." }),
    labels: withDefault(textMap("labels"), { default: { "k8s-app": "kube-dns" }, doc: "Labels of the pods." }),
  },
);

export const network = group(
  "Network",
  {
    doc:
      "NetworkPolicies of the site; the CNI has to enforce them. Whether connections that are established stay is the" +
      " CNI's matter.",
    effect: "at once",
  },
  {
    clients: withDefault(list(namespaceName), {
      default: ["identity", "ai-system", "default"],
      doc: "Namespaces whose pods may connect. The resolver's namespace is added while the resolver uses the cache.",
      example: ["shop", "identity"],
    }),
    monitoring: orOff(namespaceName, {
      default: "monitoring",
      off: "",
      doc: "Namespace of Prometheus, which may read the metrics.",
    }),
    apiServer,
    dns,
    peerCidrs: withDefault(list(cidr), {
      default: [],
      doc:
        "Addresses that the peers' gateways have and come from, behind whatever translates addresses. Needed with" +
        " peers.",
      example: ["198.51.100.0/24"],
    }),
    clusterDomain: withDefault(domain, {
      default: "cluster.local",
      effect: "rolls",
      doc: "Domain of the cluster's Services.",
    }),
  },
);

export type NetworkSettings = SettingsOf<typeof network>;
