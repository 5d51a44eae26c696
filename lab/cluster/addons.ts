import type { SitePlan } from "../plan";
import { monitoringKinds, type Addon } from "../monitoring/kinds";

/** As lab/tools/kube/provisioner.go calls itself. */
const PROVISIONER = "lab.dragonfly-dr.io/folder";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const DNS_LABELS = { "k8s-app": "kube-dns" };
const DNS_PORT = 1053;

export const DNS_DEPLOYMENT = "/apis/apps/v1/namespaces/kube-system/deployments/coredns";

/** Pure: what a cluster has beside Kubernetes itself: storage, names, and kinds of the Prometheus Operator. */
export function addons(site: SitePlan, images: { readonly coredns: string }): Addon[] {
  return [...storage(), ...dns(site, images.coredns), ...monitoringKinds()];
}

function storage(): Addon[] {
  return [
    {
      path: "/apis/storage.k8s.io/v1/storageclasses/standard",
      object: {
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
        provisioner: PROVISIONER,
        reclaimPolicy: "Delete",
        volumeBindingMode: "WaitForFirstConsumer",
      },
    },
    binding("lab-provisioner", "system:persistent-volume-provisioner", {
      kind: "User",
      apiGroup: "rbac.authorization.k8s.io",
      name: "lab-provisioner",
    }),
  ];
}

function binding(name: string, role: string, subject: Readonly<Record<string, string>>): Addon {
  return {
    path: `${RBAC}/clusterrolebindings/${name}`,
    object: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
      subjects: [subject],
    },
  };
}

/** Names of the cluster; to everything else "no such name", at once: nothing is asked outside of the machine. */
const COREFILE = `cluster.local:${DNS_PORT} in-addr.arpa:${DNS_PORT} ip6.arpa:${DNS_PORT} {
    errors
    health :8080
    ready :8181
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        ttl 5
    }
    cache 5
}
.:${DNS_PORT} {
    errors
    template ANY ANY . {
        rcode NXDOMAIN
    }
}
`;

function dns(site: SitePlan, image: string): Addon[] {
  const inSystem = { name: "coredns", namespace: "kube-system" };
  const core = "/api/v1/namespaces/kube-system";
  return [
    {
      path: `${core}/serviceaccounts/coredns`,
      object: { apiVersion: "v1", kind: "ServiceAccount", metadata: inSystem },
    },
    {
      path: `${RBAC}/clusterroles/system:coredns`,
      object: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "system:coredns" },
        rules: [
          { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
          { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
        ],
      },
    },
    binding("system:coredns", "system:coredns", { kind: "ServiceAccount", name: "coredns", namespace: "kube-system" }),
    {
      path: `${core}/configmaps/coredns`,
      object: { apiVersion: "v1", kind: "ConfigMap", metadata: inSystem, data: { Corefile: COREFILE } },
    },
    {
      path: `${core}/services/kube-dns`,
      object: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "kube-dns", namespace: "kube-system", labels: DNS_LABELS },
        spec: {
          clusterIP: site.dnsAddress,
          selector: DNS_LABELS,
          ports: ["UDP", "TCP"].map((protocol) => ({
            name: `dns-${protocol.toLowerCase()}`,
            port: 53,
            targetPort: DNS_PORT,
            protocol,
          })),
        },
      },
    },
    {
      path: DNS_DEPLOYMENT,
      object: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { ...inSystem, labels: DNS_LABELS },
        spec: {
          replicas: 1,
          selector: { matchLabels: DNS_LABELS },
          template: { metadata: { labels: DNS_LABELS }, spec: dnsPod(image) },
        },
      },
    },
  ];
}

function dnsPod(image: string): Readonly<Record<string, unknown>> {
  return {
    serviceAccountName: "coredns",
    priorityClassName: "system-cluster-critical",
    dnsPolicy: "Default",
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "coredns",
        image,
        imagePullPolicy: "IfNotPresent",
        args: ["-conf", "/etc/coredns/Corefile"],
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
        livenessProbe: { httpGet: { path: "/health", port: 8080 }, periodSeconds: 10, failureThreshold: 6 },
        volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
      },
    ],
    volumes: [{ name: "config", configMap: { name: "coredns" } }],
  };
}
