import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { linkGuardName, linkName, linkServerName, objectLabels } from "../names";

/** Of a certificate, in hours: it is renewed by the first `pulumi up` of its second half. */
const CERTIFICATE_HOURS = 90 * 24;
/** Of an authority, likewise: its key and name stay, so that what it has signed stays good. */
const AUTHORITY_HOURS = 10 * 365 * 24;
const EARLY = 0.5;

export interface StackCertificatesArgs {
  readonly site: string;
  readonly namespace: pulumi.Input<string>;
  readonly secretName: string;
  /**
   * Which authority signs. It and the next one are published together: a peer that has read them trusts the next before
   * anything is signed by it.
   */
  readonly generation: number;
  /** PEM of the peers' authorities; empty until the first `pulumi up` of a peer. */
  readonly peerAuthorities: pulumi.Input<string>;
}

const encoded = (text: pulumi.Input<string>): pulumi.Output<string> =>
  pulumi.output(text).apply((plain) => Buffer.from(plain).toString("base64"));

interface Authority {
  readonly key: tls.PrivateKey;
  readonly certificate: tls.SelfSignedCert;
}

/**
 * The link's certificate and authorities, made and renewed by this stack. Private keys stay in its state, encrypted,
 * and in the Secret; only `authorities` leaves the site.
 */
export class StackCertificates extends pulumi.ComponentResource {
  /** PEM of this site's authorities, for its peers: what signs now, and what will sign next. */
  readonly authorities: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    args: StackCertificatesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dragonfly-dr:index:StackCertificates", name, {}, opts);
    const signing = this.authority(args.site, args.generation);
    const next = this.authority(args.site, args.generation + 1);
    const { key, certificate } = this.leaf(args.site, signing);
    this.authorities = pulumi.interpolate`${signing.certificate.certPem}${next.certificate.certPem}`;
    new k8s.core.v1.Secret(
      `${name}-secret`,
      {
        metadata: { name: args.secretName, namespace: args.namespace, labels: objectLabels(args.site) },
        type: "Opaque",
        // Not stringData: the API server keeps none of it, so that every preview would show a change.
        data: {
          "tls.crt": encoded(pulumi.interpolate`${certificate.certPem}${signing.certificate.certPem}`),
          "tls.key": encoded(key.privateKeyPemPkcs8),
          // Until a peer has one, the own: the gateway needs a file to start, and turns away its own name.
          "peer-ca.crt": encoded(
            pulumi.all([args.peerAuthorities, this.authorities]).apply(([peers, own]) => (peers === "" ? own : peers)),
          ),
        },
      },
      { parent: this },
    );
    this.registerOutputs({ authorities: this.authorities });
  }

  private key(name: string): tls.PrivateKey {
    return new tls.PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { parent: this });
  }

  private authority(site: string, generation: number): Authority {
    const name = `${this.name}-authority-${generation}`;
    const key = this.key(`${name}-key`);
    const certificate = new tls.SelfSignedCert(
      name,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: `${linkName(site)} CA ${generation}` },
        isCaCertificate: true,
        allowedUses: ["cert_signing", "crl_signing"],
        validityPeriodHours: AUTHORITY_HOURS,
        earlyRenewalHours: AUTHORITY_HOURS * EARLY,
      },
      { parent: this },
    );
    return { key, certificate };
  }

  private leaf(
    site: string,
    authority: Authority,
  ): { readonly key: tls.PrivateKey; readonly certificate: tls.LocallySignedCert } {
    const key = this.key(`${this.name}-key`);
    const request = new tls.CertRequest(
      `${this.name}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: linkName(site) },
        dnsNames: [linkName(site), linkServerName(site), linkGuardName(site)],
      },
      { parent: this },
    );
    const certificate = new tls.LocallySignedCert(
      `${this.name}-certificate`,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: authority.key.privateKeyPem,
        caCertPem: authority.certificate.certPem,
        allowedUses: ["digital_signature", "server_auth", "client_auth"],
        validityPeriodHours: CERTIFICATE_HOURS,
        earlyRenewalHours: CERTIFICATE_HOURS * EARLY,
      },
      { parent: this },
    );
    return { key, certificate };
  }
}
