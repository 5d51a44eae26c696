import type * as k8s from "@pulumi/kubernetes";
import { formatCores, formatKubernetesBytes } from "../server/quantity";
import { defined } from "../server/records";
import type { Bytes } from "../server/types";

type PodSecurityContext = k8s.types.input.core.v1.PodSecurityContext;
type SecurityContext = k8s.types.input.core.v1.SecurityContext;

/** What pod security `restricted` wants of a pod, and a user and group of its own. */
export const restrictedPod = (user: number): PodSecurityContext => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  fsGroupChangePolicy: "OnRootMismatch",
  seccompProfile: { type: "RuntimeDefault" },
});

/** What it wants of a container, and a file system that nothing can be written to but its volumes. */
export const restrictedContainer: SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

export interface ResourceSettings {
  /** Cores, as the limit. */
  readonly cpuRequest: number;
  readonly cpuLimit?: number | undefined;
  readonly memoryRequest: Bytes;
  readonly memoryLimit: Bytes;
}

/** Memory is limited, the processor is shared: a throttled heartbeat or handshake would look like a failure. */
export const resources = ({
  cpuRequest,
  cpuLimit,
  memoryRequest,
  memoryLimit,
}: ResourceSettings): k8s.types.input.core.v1.ResourceRequirements => ({
  requests: { cpu: formatCores(cpuRequest), memory: formatKubernetesBytes(memoryRequest) },
  limits: defined({
    memory: formatKubernetesBytes(memoryLimit),
    cpu: cpuLimit === undefined ? undefined : formatCores(cpuLimit),
  }),
});
