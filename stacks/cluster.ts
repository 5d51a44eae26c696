import * as k8s from "@pulumi/kubernetes";
import { defined } from "../server/records";
import type { SiteConfig } from "./siteConfig";

/** The ways to one site's cluster. */
export interface Cluster {
  readonly provider: k8s.Provider;
  /** As `provider`, but it takes over what it finds: for objects that stay when their stack goes. */
  readonly retainedProvider: k8s.Provider;
}

/** Explicit providers: what the shell's current context is must not decide which region is changed. */
export function clusterOf({ settings: { site }, kubeconfig, context }: SiteConfig): Cluster {
  const reached: k8s.ProviderArgs = {
    ...defined({ kubeconfig, context }),
    // A renamed context or a moved kubeconfig is the same cluster: nothing may be replaced for it.
    clusterIdentifier: site,
    enableServerSideApply: true,
    // Passwords and users change in place; the guard applies them.
    enableSecretMutable: true,
    enableConfigMapMutable: true,
  };
  return {
    provider: new k8s.Provider(site, reached),
    retainedProvider: new k8s.Provider(`${site}-retained`, { ...reached, upsertExistingObjects: true }),
  };
}
