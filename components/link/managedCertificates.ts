import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { linkGuardName, linkName, linkServerName, objectLabels } from "../names";

export interface ManagedCertificatesArgs {
  readonly site: string;
  readonly namespace: pulumi.Input<string>;
  readonly secretName: string;
  /** The site's own issuer: two sites with one issuer would each be let in as the other. */
  readonly issuer: { readonly name: string; readonly kind: "Issuer" | "ClusterIssuer" };
  /** PEM of the peers' authorities, written into a Bundle; null: the ConfigMap is made elsewhere. */
  readonly peerAuthorities: string | null;
  /** The ConfigMap with the key `peer-ca.crt`, which the gateway reads. */
  readonly authoritiesConfigMap: string;
}

/**
 * The link's certificate by cert-manager, and the peers' authorities by trust-manager: a ConfigMap of their own, since
 * cert-manager owns the leaf's Secret. Both have to be installed; they renew without `pulumi up`.
 */
export class ManagedCertificates extends pulumi.ComponentResource {
  constructor(name: string, args: ManagedCertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dragonfly-dr:index:ManagedCertificates", name, {}, opts);
    const { site, namespace, secretName, issuer, peerAuthorities, authoritiesConfigMap } = args;
    const labels = objectLabels(site);
    new k8s.apiextensions.CustomResource(
      `${name}-certificate`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: secretName, namespace, labels },
        spec: {
          secretName,
          commonName: linkName(site),
          dnsNames: [linkName(site), linkServerName(site), linkGuardName(site)],
          usages: ["digital signature", "server auth", "client auth"],
          duration: "2160h0m0s",
          renewBefore: "1080h0m0s",
          privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
          issuerRef: { name: issuer.name, kind: issuer.kind, group: "cert-manager.io" },
        },
      },
      { parent: this },
    );
    if (peerAuthorities !== null)
      new k8s.apiextensions.CustomResource(
        `${name}-authorities`,
        {
          apiVersion: "trust.cert-manager.io/v1alpha1",
          kind: "Bundle",
          // Cluster-wide, and named like the ConfigMap that it writes.
          metadata: { name: authoritiesConfigMap, labels },
          spec: {
            sources: [{ inLine: peerAuthorities }],
            target: {
              configMap: { key: "peer-ca.crt" },
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
            },
          },
        },
        { parent: this },
      );
    this.registerOutputs({});
  }
}
