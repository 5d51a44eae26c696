import type { ForeignCase } from "./foreign";

const cache = (kind = "Redis"): string =>
  kind === "Dragonfly"
    ? "apiVersion: dragonflydb.io/v1alpha1\nkind: Dragonfly\nmetadata: {name: df, namespace: cache}\nspec: " +
      "{replicas: 2}\n"
    : "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: df, namespace: cache}\nspec: {template: " +
      "{metadata: {labels: {app: df}}, spec: {containers: [{name: redis, image: 'redis:7', ports: [{name: " +
      "redis, containerPort: 6379}]}]}}}\n";
const CLOSED =
  "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed, namespace: " +
  "cache}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n";
const NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: cache, labels: {team: a}}\n";
const all = (...documents: readonly string[]): string => documents.join("---\n");
const allow = (ingress: string, spec = "podSelector: {}"): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: open, namespace: cache}\nspec: ` +
  `{${spec}, policyTypes: [Ingress], ingress: [${ingress}]}\n`;
const cilium = (spec: string, kind = "CiliumNetworkPolicy"): string =>
  `apiVersion: cilium.io/v2\nkind: ${kind}\nmetadata: {name: c, namespace: cache}\nspec: {${spec}}\n`;
const admin = (priority: number, rules: string, subject = "namespaces: {}", name = "a"): string =>
  `apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: ` +
  `${name}}\nspec: {priority: ${priority}, subject: {${subject}}, ingress: [${rules}]}\n`;
const FROM_APPS =
  "{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: apps}}}], ports: [{port: 6379}]}";
const NAMES = "network-cache-namespaces";

/** Network policies as others write them; what each says was read in the sources of Kubernetes, Cilium and the API. */
export const networkCases: readonly ForeignCase[] = [
  {
    name: "a namespace by its name",
    manifests: all(cache(), CLOSED, allow(FROM_APPS)),
    clean: [NAMES],
  },
  {
    name: "a named port that the pod has",
    manifests: all(cache(), CLOSED, allow("{from: [{namespaceSelector: {}}], ports: [{port: redis}]}")),
    says: [NAMES],
  },
  {
    name: "a named port that the pod has not",
    manifests: all(cache(), CLOSED, allow("{from: [{namespaceSelector: {}}], ports: [{port: http}]}")),
    clean: [NAMES],
  },
  {
    name: "the operator's admin port by its name",
    manifests: all(cache("Dragonfly"), CLOSED, allow("{from: [{namespaceSelector: {}}], ports: [{port: admin}]}")),
    says: ["network-metrics-port"],
  },
  {
    name: "the operator's pods by a role that they get later",
    manifests: all(
      cache("Dragonfly"),
      CLOSED,
      allow("{from: [{namespaceSelector: {}}], ports: [{port: 6379}]}", "podSelector: {matchLabels: {role: master}}"),
    ),
    says: [NAMES],
  },
  {
    name: "a range of ports that holds the port",
    manifests: all(cache(), CLOSED, allow("{from: [{namespaceSelector: {}}], ports: [{port: 6000, endPort: 7000}]}")),
    says: [NAMES],
  },
  {
    name: "every address but private ones",
    manifests: all(cache(), CLOSED, allow("{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}")),
    says: [NAMES],
  },
  {
    name: "half of all addresses and a denial of what is usually tried",
    manifests: all(
      cache(),
      cilium(
        "endpointSelector: {}, ingress: [{fromEntities: [world]}], ingressDeny: [{fromCIDR: ['128.0.0.0/1', " +
          "'::/0']}], egress: [{}]",
      ),
    ),
    says: [NAMES],
  },
  {
    name: "two denials that leave a pair of labels",
    manifests: all(
      cache(),
      cilium(
        "endpointSelector: {}, ingress: [{fromEndpoints: [{matchExpressions: [{key: app, operator: In, values: " +
          "[a, b]}, {key: tier, operator: In, values: [x, z]}, {key: 'io.kubernetes.pod.namespace', operator: " +
          "Exists}]}]}], ingressDeny: [{fromEndpoints: [{matchLabels: {app: a}, matchExpressions: [{key: " +
          "'io.kubernetes.pod.namespace', operator: Exists}]}]}, {fromEndpoints: [{matchLabels: {tier: x}, " +
          "matchExpressions: [{key: 'io.kubernetes.pod.namespace', operator: Exists}]}]}], egress: [{}]",
      ),
    ),
    says: [NAMES],
  },
  {
    name: "a denial that covers what is allowed",
    manifests: all(
      cache(),
      cilium(
        "endpointSelector: {}, ingress: [{fromEntities: [all]}], ingressDeny: [{fromEntities: [all]}], egress: [{}]",
      ),
    ),
    clean: [NAMES],
  },
  {
    name: "a CIDR group that is not at hand",
    manifests: all(cache(), CLOSED, cilium("endpointSelector: {}, ingress: [{fromCIDRSet: [{cidrGroupRef: g}]}]")),
    unsure: [NAMES],
  },
  {
    name: "a CIDR group that is narrow",
    manifests: all(
      cache(),
      CLOSED,
      cilium(
        "endpointSelector: {}, ingress: [{fromCIDRSet: [{cidrGroupRef: g}], toPorts: [{ports: [{port: '6379'}]}]}]",
      ),
      "apiVersion: cilium.io/v2alpha1\nkind: CiliumCIDRGroup\nmetadata: {name: g}\nspec: {externalCIDRs: " +
        "[0.0.0.0/1]}\n",
    ),
    says: [NAMES],
  },
  {
    name: "ICMP alone",
    manifests: all(
      cache(),
      CLOSED,
      cilium("endpointSelector: {}, ingress: [{fromEntities: [all], icmps: [{fields: [{type: 8, family: IPv4}]}]}]"),
    ),
    clean: [NAMES],
  },
  {
    name: "rules of the application layer",
    manifests: all(
      cache(),
      CLOSED,
      cilium(
        "endpointSelector: {}, ingress: [{fromEntities: [cluster], toPorts: [{ports: [{port: '6379', protocol: " +
          "TCP}], rules: {l7proto: redis}}]}]",
      ),
    ),
    says: [NAMES],
  },
  {
    name: "any host name at all",
    manifests: all(
      cache(),
      CLOSED,
      cilium(
        "endpointSelector: {matchLabels: {app: df}}, egress: [{toFQDNs: [{matchPattern: '*'}], toPorts: " +
          "[{ports: [{port: '443'}]}]}]",
      ),
    ),
    says: ["network-egress"],
  },
  {
    name: "one host by name",
    manifests: all(
      cache(),
      CLOSED,
      cilium(
        "endpointSelector: {matchLabels: {app: df}}, egress: [{toFQDNs: [{matchName: " +
          "s3.eu-central-1.amazonaws.com}], toPorts: [{ports: [{port: '443'}]}]}]",
      ),
    ),
    clean: ["network-egress"],
  },
  {
    name: "the API server as an entity",
    manifests: all(
      cache(),
      CLOSED,
      cilium(
        "endpointSelector: {matchLabels: {app: df}}, egress: [{toEntities: [kube-apiserver], toPorts: [{ports: " +
          "[{port: '6443'}]}]}]",
      ),
    ),
    clean: ["network-egress"],
  },
  {
    name: "a Service that is not at hand",
    manifests: all(
      cache(),
      CLOSED,
      cilium(
        "endpointSelector: {matchLabels: {app: df}}, egress: [{toServices: [{k8sService: {serviceName: s, " +
          "namespace: x}}]}]",
      ),
    ),
    unsure: ["network-egress"],
  },
  {
    name: "a cluster-wide policy for namespaces by a label",
    manifests: all(
      NAMESPACE,
      cache(),
      cilium(
        "endpointSelector: {matchLabels: {'k8s:io.cilium.k8s.namespace.labels.team': a}}, ingress: [{}], egress: [{}]",
        "CiliumClusterwideNetworkPolicy",
      ),
    ),
    clean: ["network-default-deny", NAMES],
  },
  {
    name: "the same where the namespace is made elsewhere",
    manifests: all(
      cache(),
      cilium(
        "endpointSelector: {matchLabels: {'k8s:io.cilium.k8s.namespace.labels.team': a}}, ingress: [{}], egress: [{}]",
        "CiliumClusterwideNetworkPolicy",
      ),
    ),
    unsure: ["network-default-deny"],
  },
  {
    name: "an admin policy that allows before what is closed",
    manifests: all(cache(), CLOSED, admin(5, "{action: Allow, from: [{namespaces: {}}]}")),
    says: [NAMES],
  },
  {
    name: "an earlier denial before that",
    manifests: all(
      cache(),
      CLOSED,
      admin(5, "{action: Allow, from: [{namespaces: {}}]}"),
      admin(1, "{action: Deny, from: [{namespaces: {}}]}", "namespaces: {}", "b"),
    ),
    clean: [NAMES],
  },
  {
    name: "an earlier pass to what is closed",
    manifests: all(
      cache(),
      CLOSED,
      admin(5, "{action: Allow, from: [{namespaces: {}}]}"),
      admin(1, "{action: Pass, from: [{namespaces: {}}]}", "namespaces: {}", "b"),
    ),
    clean: [NAMES],
  },
  {
    name: "two of one priority that contradict each other",
    manifests: all(
      cache(),
      CLOSED,
      admin(5, "{action: Allow, from: [{namespaces: {}}]}"),
      admin(5, "{action: Deny, from: [{namespaces: {}}]}", "namespaces: {}", "b"),
    ),
    unsure: [NAMES],
  },
  {
    name: "an admin policy on a named port",
    manifests: all(cache(), CLOSED, admin(5, "{action: Allow, from: [{namespaces: {}}], ports: [{namedPort: redis}]}")),
    says: [NAMES],
  },
  {
    name: "a peer of a form that is not known",
    manifests: all(cache(), CLOSED, admin(5, "{action: Allow, from: [{namespaces: {sameLabels: [team]}}]}")),
    unsure: [NAMES],
  },
  {
    name: "the API's newer kind",
    manifests: all(
      cache(),
      CLOSED,
      "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: c}\nspec: " +
        "{tier: Admin, priority: 1, subject: {namespaces: {}}, ingress: [{action: Accept, from: [{pods: " +
        "{namespaceSelector: {}, podSelector: {}}}], protocols: [{tcp: {destinationPort: {number: 6379}}}]}]}\n",
    ),
    says: [NAMES],
  },
  {
    name: "a policy of Calico's",
    manifests: all(
      cache(),
      CLOSED,
      "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: g}\nspec: {order: 1}\n",
    ),
    unsure: [NAMES, "network-default-deny"],
  },
  {
    name: "selectors that between them select every pod",
    manifests: all(
      cache(),
      ...["Exists", "DoesNotExist"].map(
        (operator) =>
          `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${operator.toLowerCase()}, ` +
          `namespace: cache}\nspec: {podSelector: {matchExpressions: [{key: app, operator: ${operator}}]}, ` +
          `policyTypes: [Ingress, Egress]}\n`,
      ),
    ),
    clean: ["network-default-deny"],
  },
  {
    name: "a pod on its node's network",
    manifests: all(cache().replace("spec: {containers", "spec: {hostNetwork: true, containers"), CLOSED),
    says: [NAMES],
  },
  {
    name: "another program's gateway",
    manifests: all(
      cache(),
      CLOSED,
      allow(FROM_APPS, "podSelector: {matchLabels: {app: df}}"),
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: loki, namespace: cache}\nspec: {template: " +
        "{metadata: {labels: {app.kubernetes.io/component: gateway}}, spec: {containers: [{name: nginx, image: " +
        "'nginx:1.27'}]}}}\n",
    ),
    clean: ["network-internal-ports"],
  },
  {
    name: "the operator's Service as a load balancer",
    manifests: all(cache("Dragonfly").replace("replicas: 2", "replicas: 2, serviceSpec: {type: LoadBalancer}"), CLOSED),
    says: ["network-exposed-services"],
  },
];
