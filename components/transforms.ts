import type * as k8s from "@pulumi/kubernetes";

/**
 * The way out where a setting is missing: each function gets what the program would create and gives what is created
 * instead.
 * Policies judge the result.
 */
export interface Transforms {
  readonly namespace?: (args: k8s.core.v1.NamespaceArgs) => k8s.core.v1.NamespaceArgs;
  readonly server?: (args: k8s.apps.v1.StatefulSetArgs) => k8s.apps.v1.StatefulSetArgs;
  readonly gateway?: (args: k8s.apps.v1.DeploymentArgs) => k8s.apps.v1.DeploymentArgs;
  readonly resolver?: (args: k8s.apps.v1.DeploymentArgs) => k8s.apps.v1.DeploymentArgs;
  readonly service?: (args: k8s.core.v1.ServiceArgs, name: string) => k8s.core.v1.ServiceArgs;
  readonly networkPolicy?: (
    args: k8s.networking.v1.NetworkPolicyArgs,
    name: string,
  ) => k8s.networking.v1.NetworkPolicyArgs;
}
