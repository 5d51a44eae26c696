// The kinds the lab's provider knows, and what is refused.

export interface BuiltInKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** The name in the API server's paths. */
  readonly plural: string;
  readonly scope: "cluster" | "namespace";
}

/** A kind that a CustomResourceDefinition defines: only the cluster knows its plural and its scope. */
export interface CustomKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly scope: "ask the cluster";
}

export type Kind = BuiltInKind | CustomKind;

const BUILT_IN: readonly (readonly [token: string, plural: string, scope: BuiltInKind["scope"]])[] = [
  ["core/v1:ConfigMap", "configmaps", "namespace"],
  ["core/v1:Namespace", "namespaces", "cluster"],
  ["core/v1:PersistentVolumeClaim", "persistentvolumeclaims", "namespace"],
  ["core/v1:Pod", "pods", "namespace"],
  ["core/v1:Secret", "secrets", "namespace"],
  ["core/v1:Service", "services", "namespace"],
  ["core/v1:ServiceAccount", "serviceaccounts", "namespace"],
  ["apps/v1:Deployment", "deployments", "namespace"],
  ["apps/v1:StatefulSet", "statefulsets", "namespace"],
  ["batch/v1:CronJob", "cronjobs", "namespace"],
  ["batch/v1:Job", "jobs", "namespace"],
  ["networking.k8s.io/v1:NetworkPolicy", "networkpolicies", "namespace"],
  ["policy/v1:PodDisruptionBudget", "poddisruptionbudgets", "namespace"],
  ["rbac.authorization.k8s.io/v1:ClusterRole", "clusterroles", "cluster"],
  ["rbac.authorization.k8s.io/v1:ClusterRoleBinding", "clusterrolebindings", "cluster"],
  ["rbac.authorization.k8s.io/v1:Role", "roles", "namespace"],
  ["rbac.authorization.k8s.io/v1:RoleBinding", "rolebindings", "namespace"],
  ["autoscaling/v2:HorizontalPodAutoscaler", "horizontalpodautoscalers", "namespace"],
  ["apiextensions.k8s.io/v1:CustomResourceDefinition", "customresourcedefinitions", "cluster"],
];

const KINDS = new Map<string, BuiltInKind>(
  BUILT_IN.map(([token, plural, scope]) => {
    const [version = "", kind = ""] = token.split(":");
    return [token, { apiVersion: version.replace(/^core\//, ""), kind, plural, scope }];
  }),
);

const TOKEN = /^kubernetes:(?<group>[^/:]+)\/(?<version>[^/:]+):(?<kind>[^/:]+)$/;

/**
 * The kind of a type token such as `kubernetes:apps/v1:StatefulSet`. A group that is not Kubernetes' own is taken for
 * a custom resource's. Throws on every other kind, by name.
 */
export function kindOf(type: string): Kind {
  const { group, version, kind } = TOKEN.exec(type)?.groups ?? {};
  if (group === undefined || version === undefined || kind === undefined) throw refused(type);
  const builtIn = KINDS.get(`${group}/${version}:${kind}`);
  if (builtIn !== undefined) return builtIn;
  if (isKubernetesOwn(group) || kind.endsWith("Patch") || kind.endsWith("List")) throw refused(type);
  return { apiVersion: `${group}/${version}`, kind, scope: "ask the cluster" };
}

/** Kubernetes' own groups with a dot, before `.k8s.io`; projects outside it end theirs in k8s.io too. */
const OWN_GROUPS = new Set([
  "admissionregistration",
  "apiextensions",
  "apiregistration",
  "authentication",
  "authorization",
  "certificates",
  "coordination",
  "discovery",
  "events",
  "flowcontrol.apiserver",
  "internal.apiserver",
  "networking",
  "node",
  "rbac.authorization",
  "resource",
  "scheduling",
  "storage",
  "storagemigration",
]);

/** Also what the SDK only makes look like a kind: Helm's releases. */
function isKubernetesOwn(group: string): boolean {
  return !group.includes(".") || group === "helm.sh" || OWN_GROUPS.has(group.replace(/\.k8s\.io$/, ""));
}

function refused(type: string): Error {
  const known = BUILT_IN.map(([token]) => token.split(":")[1] ?? "").join(", ");
  return new Error(
    `${type}: the lab's kubernetes provider does not know this kind; use the official plugin, or one of ` +
      `${known} or a custom resource`,
  );
}
