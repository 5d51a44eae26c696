import type * as k8s from "@pulumi/kubernetes";

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

/** Memory is limited, the processor is shared: a throttled heartbeat or handshake would look like a failure. */
export const resources = (
  cpuRequest: string,
  memoryRequest: string,
  memoryLimit: string,
  cpuLimit = "",
): k8s.types.input.core.v1.ResourceRequirements => ({
  requests: { cpu: cpuRequest, memory: memoryRequest },
  limits: { memory: memoryLimit, ...(cpuLimit === "" ? {} : { cpu: cpuLimit }) },
});
