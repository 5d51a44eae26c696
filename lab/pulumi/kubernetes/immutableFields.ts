// The fields that cannot change in place, as the official provider lists them (its forceNew table): a change of one
// replaces the object. It goes beyond what the API server refuses (a StatefulSet's revisionHistoryLimit, say).
import { type PlainObject } from "../plugin/propertyValues";
import type { Kind } from "./kinds";
import type { Path } from "./paths";

export interface MutabilitySettings {
  readonly configMaps: "replace" | "update";
  readonly secrets: "replace" | "update";
}

const IDENTITY = ["metadata.name", "metadata.namespace"];

const CONTAINER_FIELDS = [
  "args",
  "command",
  "env",
  "image",
  "imagePullPolicy",
  "lifecycle",
  "livenessProbe",
  "ports",
  "readinessProbe",
  "resources",
  "securityContext",
  "stdin",
  "stdinOnce",
  "terminationMessagePath",
  "terminationMessagePolicy",
  "tty",
  "volumeDevices",
  "volumeMounts",
  "workingDir",
];

const POD_FIELDS = [
  "affinity",
  "automountServiceAccountToken",
  "dnsConfig",
  "dnsPolicy",
  "enableServiceLinks",
  "hostAliases",
  "hostIPC",
  "hostNetwork",
  "hostPID",
  "hostname",
  "imagePullSecrets",
  "nodeName",
  "nodeSelector",
  "overhead",
  "preemptionPolicy",
  "priority",
  "priorityClassName",
  "readinessGates",
  "restartPolicy",
  "runtimeClassName",
  "schedulerName",
  "securityContext",
  "serviceAccount",
  "serviceAccountName",
  "shareProcessNamespace",
  "subdomain",
  "terminationGracePeriodSeconds",
  "volumes",
];

const BY_KIND: Readonly<Record<string, readonly string[]>> = {
  "apps/v1/Deployment": ["spec.selector"],
  "apps/v1/StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/v1/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/v1/RoleBinding": ["roleRef"],
  "v1/PersistentVolumeClaim": ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
  "v1/Pod": [
    ...POD_FIELDS.map((field) => `spec.${field}`),
    ...["containers", "initContainers"].flatMap((list) => CONTAINER_FIELDS.map((field) => `spec.${list}.*.${field}`)),
  ],
  "v1/Secret": ["type"],
  "v1/Service": ["spec.clusterIP"],
};

/** A steps-wise pattern; `*` stands for any place in a list. */
export type FieldPattern = readonly string[];

export function immutableFields(kind: Kind, newInputs: PlainObject, settings: MutabilitySettings): FieldPattern[] {
  const name = `${kind.apiVersion}/${kind.kind}`;
  const fields = [...IDENTITY, ...(BY_KIND[name] ?? [])];
  const isImmutable = newInputs["immutable"] === true;
  if (name === "v1/Secret" && (isImmutable || settings.secrets === "replace")) fields.push("data", "stringData");
  if (name === "v1/ConfigMap" && (isImmutable || settings.configMaps === "replace")) fields.push("data", "binaryData");
  return fields.map((field) => field.split("."));
}

/** Whether a change at `path` touches the field: it lies in the field, or contains it. */
export function touches(path: Path, field: FieldPattern): boolean {
  return path.every((step, place) => {
    const expected = field[place];
    return expected === undefined || expected === "*" || expected === step;
  });
}
