import { join } from "node:path";
import type { SitePlan } from "../plan";
import type { ClusterPki } from "./pki";

/** The kubeconfig files of a cluster's own programs. */
export interface ProgramKubeconfigs {
  readonly controllerManager: string;
  readonly scheduler: string;
  readonly kubelet: string;
  readonly proxy: string;
  readonly provisioner: string;
}

export const API_PORT = 6443;
const ETCD = "http://127.0.0.1:2379";

export function apiServerUrl(site: SitePlan): string {
  return `https://${site.address}:${API_PORT}`;
}

/** Pure. Nothing here outlives the lab, so nothing is forced to the disk. */
export function etcdArguments(site: SitePlan): string[] {
  return [
    `--name=${site.site}`,
    `--data-dir=${join(site.directory, "etcd")}`,
    `--listen-client-urls=${ETCD}`,
    `--advertise-client-urls=${ETCD}`,
    "--listen-peer-urls=http://127.0.0.1:2380",
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

/** Pure. */
export function apiServerArguments(site: SitePlan, pki: ClusterPki): string[] {
  return [
    `--advertise-address=${site.address}`,
    `--secure-port=${API_PORT}`,
    `--etcd-servers=${ETCD}`,
    `--service-cluster-ip-range=${site.serviceCidr}`,
    `--client-ca-file=${pki.ca.certificate}`,
    `--tls-cert-file=${pki.apiServer.certificate}`,
    `--tls-private-key-file=${pki.apiServer.key}`,
    `--service-account-key-file=${pki.serviceAccounts.publicKey}`,
    `--service-account-signing-key-file=${pki.serviceAccounts.privateKey}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    "--allow-privileged=true",
    // A node's name is not in any DNS.
    "--kubelet-preferred-address-types=InternalIP",
    `--kubelet-client-certificate=${pki.apiServerToKubelet.certificate}`,
    `--kubelet-client-key=${pki.apiServerToKubelet.key}`,
    "--event-ttl=30m",
    "--profiling=false",
  ];
}

/** Pure. */
export function controllerManagerArguments(site: SitePlan, pki: ClusterPki, kubeconfig: string): string[] {
  return [
    ...clientOfCluster(kubeconfig),
    `--root-ca-file=${pki.ca.certificate}`,
    `--service-account-private-key-file=${pki.serviceAccounts.privateKey}`,
    "--use-service-account-credentials",
    `--cluster-cidr=${site.podCidr}`,
    "--profiling=false",
  ];
}

/** Pure. */
export function schedulerArguments(kubeconfig: string): string[] {
  return [...clientOfCluster(kubeconfig), "--profiling=false"];
}

function clientOfCluster(kubeconfig: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    // There is one of each.
    "--leader-elect=false",
  ];
}
