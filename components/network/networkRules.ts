import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { objectLabels } from "../names";
import { sitePolicies } from "./policies";
import type { SiteSettings } from "../settings/site";

export interface NetworkRulesArgs {
  readonly settings: SiteSettings;
  readonly namespace: pulumi.Input<string>;
}

/**
 * Who may speak to whom in the site's namespace, as NetworkPolicies of Kubernetes' own kind. They need a CNI that
 * enforces them.
 */
export class NetworkRules extends pulumi.ComponentResource {
  readonly policies: readonly k8s.networking.v1.NetworkPolicy[];

  constructor(name: string, { settings, namespace }: NetworkRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dragonfly-dr:index:NetworkRules", name, {}, opts);
    this.policies = sitePolicies(settings).map((policy) => {
      return new k8s.networking.v1.NetworkPolicy(
        `${name}-${policy.name.replace("dragonfly-", "")}`,
        {
          metadata: { name: policy.name, namespace, labels: objectLabels(settings.site) },
          spec: policy.spec,
        },
        { parent: this },
      );
    });
    this.registerOutputs({ policies: this.policies.map((policy) => policy.metadata.name) });
  }
}
