import type { KubeObject } from "../model/kube";
import type { UnreadPolicy } from "./policyIndex";

/** Policies of other programs, which may admit or refuse anything in their namespaces: by group, its kinds. */
const KINDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["projectcalico.org", ["NetworkPolicy", "GlobalNetworkPolicy"]],
  ["crd.projectcalico.org", ["NetworkPolicy", "GlobalNetworkPolicy"]],
  ["crd.antrea.io", ["NetworkPolicy", "ClusterNetworkPolicy"]],
  ["crd.antrea.tanzu.vmware.com", ["NetworkPolicy", "ClusterNetworkPolicy"]],
  ["vpcresources.k8s.aws", ["PolicyEndpoint"]],
]);
/** Policies that know no namespace. */
const CLUSTERWIDE = ["GlobalNetworkPolicy", "ClusterNetworkPolicy"];

/** What decides beside the policies that are computed; none for most objects. */
export function otherPolicy(object: KubeObject): UnreadPolicy[] {
  if (KINDS.get(object.group)?.includes(object.kind) !== true) return [];
  return [
    {
      resource: object.resource,
      why: `policies of ${object.group} are not computed`,
      namespace: CLUSTERWIDE.includes(object.kind) ? undefined : object.namespace,
      effect: "overrules",
    },
  ];
}
