import type * as aws from "@pulumi/aws";
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** The arguments of each kind of object that a site makes. */
interface Kinds {
  Namespace: k8s.core.v1.NamespaceArgs;
  StatefulSet: k8s.apps.v1.StatefulSetArgs;
  Deployment: k8s.apps.v1.DeploymentArgs;
  CronJob: k8s.batch.v1.CronJobArgs;
  Service: k8s.core.v1.ServiceArgs;
  ServiceAccount: k8s.core.v1.ServiceAccountArgs;
  ConfigMap: k8s.core.v1.ConfigMapArgs;
  Secret: k8s.core.v1.SecretArgs;
  NetworkPolicy: k8s.networking.v1.NetworkPolicyArgs;
  Role: k8s.rbac.v1.RoleArgs;
  RoleBinding: k8s.rbac.v1.RoleBindingArgs;
  PodDisruptionBudget: k8s.policy.v1.PodDisruptionBudgetArgs;
  HorizontalPodAutoscaler: k8s.autoscaling.v2.HorizontalPodAutoscalerArgs;
  CustomResourceDefinition: k8s.apiextensions.v1.CustomResourceDefinitionArgs;
  Bucket: aws.s3.BucketArgs;
}

/**
 * The escape hatch where a setting is missing: the function of an object's kind gets what the program would create, and
 * the object's name, and returns what is created instead. Policies judge the result.
 * @example { Deployment: (args, name) => (name === "dragonfly-gateway" ? { ...args, metadata: … } : args) }
 */
export type Transforms = { readonly [K in keyof Kinds]?: (args: Kinds[K], name: string) => Kinds[K] };

const isKind = (kind: string, transforms: Transforms): kind is keyof Kinds => kind in transforms;

/** The name that the cluster knows the object by; of what is none of the cluster's, the logical one. */
function objectName(props: pulumi.Inputs, logicalName: string): string {
  const { metadata } = props as { readonly metadata?: { readonly name?: unknown } };
  return typeof metadata?.name === "string" ? metadata.name : logicalName;
}

/** For the options of a component: every child passes through it, however deep. */
export const transformationOf =
  (transforms: Transforms): pulumi.ResourceTransformation =>
  ({ type, name, props, opts }) => {
    const kind = type.split(":").at(-1) ?? "";
    if (!isKind(kind, transforms)) return undefined;
    // The type's last word says which kind of arguments these are.
    const change = transforms[kind] as ((args: pulumi.Inputs, name: string) => pulumi.Inputs) | undefined;
    const given = props as pulumi.Inputs;
    return change && { props: change(given, objectName(given, name)), opts };
  };
