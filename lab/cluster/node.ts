import { join } from "node:path";
import { stringify } from "yaml";
import type { SitePlan } from "../plan";
import type { ClusterPki } from "./pki";

/** In the site's folder, so that `ctr` reaches it from the host too. */
export function containerdSocket(site: SitePlan): string {
  return join(site.directory, "containerd.sock");
}

/** What a site's containerd is told beside its plan. */
export interface ContainerdPrograms {
  readonly cniFolder: string;
  readonly cniConfigFolder: string;
  readonly runc: string;
  readonly sandboxImage: string;
}

/** Pure: containerd's configuration, in TOML. */
export function renderContainerd(
  site: SitePlan,
  { cniFolder, cniConfigFolder, runc, sandboxImage }: ContainerdPrograms,
): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  // JSON's strings are TOML's.
  const text = (value: string): string => JSON.stringify(value);
  return `version = 2
root = ${text(join(site.directory, "containerd"))}
state = ${text(join(site.directory, "containerd-state"))}
disabled_plugins = [
  "io.containerd.internal.v1.opt",
  "io.containerd.internal.v1.tracing",
  "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
]

[grpc]
address = ${text(containerdSocket(site))}

[${cri}]
sandbox_image = ${text(sandboxImage)}
# Without CAP_SYS_RESOURCE runc fails to lower it ("can't get final child's PID from pipe").
restrict_oom_score_adj = true
tolerate_missing_hugetlb_controller = true

[${cri}.cni]
bin_dir = ${text(cniFolder)}
conf_dir = ${text(cniConfigFolder)}

[${cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.runc.options]
BinaryName = ${text(runc)}
SystemdCgroup = false
`;
}

/**
 * Pure: the pods' network. Each pod is routed by itself (ptp) rather than switched (bridge): two pods on one switch
 * answer each other past the translation of Services, unless the kernel has br_netfilter.
 */
export function renderCni(site: SitePlan): string {
  const ipam = {
    type: "host-local",
    ranges: [[{ subnet: site.podCidr }]],
    routes: [{ dst: "0.0.0.0/0" }],
    dataDir: join(site.directory, "cni", "addresses"),
  };
  return JSON.stringify({
    cniVersion: "1.0.0",
    name: "lab",
    plugins: [
      { type: "ptp", ipMasq: false, ipam },
      { type: "portmap", backend: "nftables", capabilities: { portMappings: true } },
    ],
  });
}

/** Pure. */
export function renderKubelet(site: SitePlan, pki: ClusterPki): string {
  return stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: pki.ca.certificate },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: pki.kubelet.certificate,
    tlsPrivateKeyFile: pki.kubelet.key,
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${site.podsCgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    containerRuntimeEndpoint: `unix://${containerdSocket(site)}`,
    clusterDomain: "cluster.local",
    clusterDNS: [site.dnsAddress],
    resolvConf: join(site.directory, "resolv.conf"),
    podLogsDir: join(site.directory, "pod-logs"),
    volumePluginDir: join(site.directory, "volume-plugins"),
    maxPods: 60,
    // A changed ConfigMap or Secret reaches a pod's files at its next sync; a minute is the default.
    syncFrequency: "10s",
    // Images cannot be fetched again, and the disk is the machine's.
    imageGCHighThresholdPercent: 100,
    evictionHard: { "nodefs.available": "1%", "imagefs.available": "1%", "memory.available": "100Mi" },
    rotateCertificates: false,
  });
}

/** Pure. */
export function kubeletArguments(site: SitePlan, config: string, kubeconfig: string): string[] {
  return [
    `--config=${config}`,
    `--kubeconfig=${kubeconfig}`,
    `--root-dir=${join(site.directory, "kubelet")}`,
    `--cert-dir=${join(site.directory, "kubelet", "pki")}`,
    `--hostname-override=${site.site}`,
    `--node-ip=${site.address}`,
    `--node-labels=topology.kubernetes.io/region=${site.site},topology.kubernetes.io/zone=${site.site}-a`,
  ];
}

/** Pure. The limits of connection tracking belong to the machine, not to a namespace: they are left alone. */
export function renderProxy(site: SitePlan, kubeconfig: string): string {
  return stringify({
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    clientConnection: { kubeconfig },
    clusterCIDR: site.podCidr,
    hostnameOverride: site.site,
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  });
}
