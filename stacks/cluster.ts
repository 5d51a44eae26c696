import * as k8s from "@pulumi/kubernetes";
import type { SiteConfig } from "./siteConfig";

/** The ways to one site's cluster. */
export interface Cluster {
  readonly provider: k8s.Provider;
  /** As `provider`, but it takes over what it finds: for objects that stay when their stack goes. */
  readonly retainedProvider: k8s.Provider;
}

/** Explicit providers: what the shell's current context is must not decide which region is changed. */
export function clusterOf({ args, kubeconfig, context }: SiteConfig): Cluster {
  const settings: k8s.ProviderArgs = {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    // A renamed context or a moved kubeconfig is the same cluster: nothing may be replaced for it.
    clusterIdentifier: args.site,
    enableServerSideApply: true,
    // Passwords and users change in place; the guard applies them.
    enableSecretMutable: true,
    enableConfigMapMutable: true,
  };
  return {
    provider: new k8s.Provider(args.site, settings),
    retainedProvider: new k8s.Provider(`${args.site}-retained`, { ...settings, upsertExistingObjects: true }),
  };
}
