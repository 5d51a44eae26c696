import type * as pulumi from "@pulumi/pulumi";
import type { SiteSettings } from "../settings/site";
import type { SiteNamespace } from "../siteNamespace";
import { ManagedCertificates } from "./managedCertificates";
import { StackCertificates } from "./stackCertificates";

/**
 * Makes what `link.certificates` asks for: nothing for `secret`, or without peers.
 * @param linkAuthorities PEM of the peers' authorities, for `stack`.
 * @returns what has authorities to tell the peers; undefined where others make them.
 */
export function makeLinkCertificates(
  name: string,
  { site, link, peers, namespace: namespaceName }: SiteSettings,
  namespace: SiteNamespace,
  linkAuthorities: pulumi.Input<string> | undefined,
  parent: pulumi.Resource,
): StackCertificates | undefined {
  if (peers.length === 0) return undefined;
  const common = { site, secretName: link.tlsSecretName };
  if (link.certificates === "stack")
    return new StackCertificates(
      name,
      {
        ...common,
        namespace: namespace.namespaceName,
        generation: link.authority,
        peerAuthorities: linkAuthorities ?? "",
      },
      { parent },
    );
  if (link.certificates === "cert-manager") {
    const authorities = peers.flatMap(({ authority }) => authority ?? []);
    new ManagedCertificates(
      name,
      {
        ...common,
        namespace: namespaceName,
        issuer: { name: link.issuer.name ?? "", kind: link.issuer.kind },
        peerAuthorities: authorities.length === 0 ? null : authorities.join("\n"),
        authoritiesConfigMap: link.authoritiesConfigMap ?? "",
      },
      { parent, dependsOn: [namespace] },
    );
  }
  return undefined;
}
