import type * as pulumi from "@pulumi/pulumi";
import { names } from "../components/names";
import type { Site } from "../components/site";
import type { SiteEntry } from "../contract/siteEntry";
import { ports } from "../server/ports";
import { defined } from "../server/records";
import { siteName } from "../server/types";
import { AUTHORITIES_OUTPUT } from "./authorities";
import type { SiteConfig } from "./siteConfig";

/** What a stack tells the operator and the other stacks. Renaming an output breaks those that read it. */
export interface SiteOutputs {
  readonly site: SiteEntry;
  /** What the runbook begins with when the other region is lost. */
  readonly failoverCommand: string;
  readonly switchoverCommand: string;
  /** For clients inside the cluster. */
  readonly endpoints: { readonly primary: string; readonly readOnly: string };
  /** By user; secret. The other stacks read the owner's. */
  readonly passwords: pulumi.Output<Readonly<Record<string, string>>>;
  /** PEM of this site's authorities, for the gateways of the peers; only with `link.certificates: stack`. */
  readonly linkAuthorities?: pulumi.Output<string>;
}

export function outputsOf(
  { settings, passwords, linkCertificates }: Site,
  { kubeconfig, context }: SiteConfig,
): SiteOutputs {
  const { site, namespace, server, peers, network } = settings;
  const endpoint = (service: string): string => `${service}.${namespace}.svc.${network.clusterDomain}:${ports.client}`;
  return {
    site: {
      site: siteName(site),
      namespace,
      kubeconfig: kubeconfig ?? null,
      context: context ?? null,
      engine: server.engine,
      peers: peers.map((peer) => siteName(peer.site)),
    },
    failoverCommand: `npx dragonfly-dr failover --to ${site}`,
    switchoverCommand: `npx dragonfly-dr switchover --to ${site}`,
    endpoints: { primary: endpoint(names.clientService), readOnly: endpoint(names.readOnlyService) },
    passwords,
    ...defined({ [AUTHORITIES_OUTPUT]: linkCertificates?.authorities }),
  };
}
