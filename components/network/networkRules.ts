import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { objectLabels } from "../names";
import { sitePolicies } from "./policies";
import type { SiteSettings } from "../settings/site";
import type { Transforms } from "../transforms";

export interface NetworkRulesArgs {
  readonly settings: SiteSettings;
  readonly namespace: pulumi.Input<string>;
  readonly transforms?: Transforms;
}

/**
 * Who may speak to whom in the site's namespace, as NetworkPolicies of Kubernetes' own kind. They need a CNI that
 * enforces them.
 */
export class NetworkRules extends pulumi.ComponentResource {
  readonly policies: readonly k8s.networking.v1.NetworkPolicy[];

  constructor(
    name: string,
    { settings, namespace, transforms }: NetworkRulesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("dragonfly-dr:index:NetworkRules", name, {}, opts);
    this.policies = sitePolicies(settings).map((policy) => {
      const own: k8s.networking.v1.NetworkPolicyArgs = {
        metadata: { name: policy.name, namespace, labels: objectLabels(settings.site) },
        spec: policy.spec,
      };
      return new k8s.networking.v1.NetworkPolicy(
        `${name}-${policy.name.replace("dragonfly-", "")}`,
        transforms?.networkPolicy?.(own, policy.name) ?? own,
        { parent: this },
      );
    });
    this.registerOutputs({ policies: this.policies.map((policy) => policy.metadata.name) });
  }
}
