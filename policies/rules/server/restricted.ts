import { at, isMap, list, text, type Value } from "../../model/value";
import { containers } from "../../model/workload";

export interface RestrictedFault {
  /** The container; undefined for the pod as a whole. */
  readonly part: string | undefined;
  readonly fault: string;
}

const VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];
const PROFILES = ["RuntimeDefault", "Localhost"];
const SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
];

/** What keeps a pod from Kubernetes' profile "restricted". @throws UnknownValue */
export function restrictedFaults(podSpec: Value): RestrictedFault[] {
  const pod = at(podSpec, "securityContext");
  const faults: RestrictedFault[] = podFaults(podSpec, pod).map((fault) => ({ part: undefined, fault }));
  for (const { name, body } of containers(podSpec)) {
    const part = `container ${name}`;
    faults.push(...containerFaults(body, pod).map((fault) => ({ part, fault })));
  }
  return faults;
}

function podFaults(podSpec: Value, pod: Value | undefined): string[] {
  const faults = ["hostNetwork", "hostPID", "hostIPC"]
    .filter((key) => at(podSpec, key) === true)
    .map((key) => `the pods have ${key}`);
  for (const volume of list(podSpec, "volumes")) {
    const kinds = isMap(volume) ? Object.keys(volume).filter((key) => key !== "name") : [];
    if (kinds.some((kind) => !VOLUMES.includes(kind)))
      faults.push(`volume ${text(volume, "name") ?? ""} is of a kind that restricted refuses`);
  }
  for (const each of list(pod, "sysctls"))
    if (!SYSCTLS.includes(text(each, "name") ?? "")) faults.push("the pods set a sysctl that restricted refuses");
  if (at(pod, "runAsUser") === 0) faults.push("the pods run as root");
  return faults;
}

function containerFaults(body: Value, pod: Value | undefined): string[] {
  const own = at(body, "securityContext");
  const either = (...path: string[]): Value | undefined => at(own, ...path) ?? at(pod, ...path);
  const faults: string[] = [];
  if (at(own, "privileged") === true) faults.push("is privileged");
  if (at(own, "allowPrivilegeEscalation") !== false)
    faults.push("may gain privileges: allowPrivilegeEscalation is not false");
  if (either("runAsNonRoot") !== true) faults.push("may run as root: runAsNonRoot is not true");
  if (at(own, "runAsUser") === 0) faults.push("runs as root");
  const profile = either("seccompProfile", "type");
  if (typeof profile !== "string" || !PROFILES.includes(profile)) faults.push("has no seccomp profile");
  const drop = list(own, "capabilities", "drop");
  if (!drop.includes("ALL")) faults.push("does not drop all capabilities");
  if (list(own, "capabilities", "add").some((each) => each !== "NET_BIND_SERVICE")) faults.push("adds capabilities");
  const mount = at(own, "procMount");
  if (mount !== undefined && mount !== null && mount !== "Default") faults.push("has an unmasked /proc");
  if (list(body, "ports").some((port) => typeof at(port, "hostPort") === "number" && at(port, "hostPort") !== 0))
    faults.push("opens a port of the node");
  return faults;
}

/**
 * What a resource of an operator or the values of a chart ask for that "restricted" refuses. What they leave out is
 * left to the operator or the chart. @throws UnknownValue
 */
export function explicitFaults(podSpec: Value): RestrictedFault[] {
  const pod = at(podSpec, "securityContext");
  const faults: RestrictedFault[] = podFaults(podSpec, pod).map((fault) => ({ part: undefined, fault }));
  for (const { name, body } of containers(podSpec)) {
    const own = at(body, "securityContext");
    const found: string[] = [];
    if (at(own, "privileged") === true) found.push("is privileged");
    if (at(own, "allowPrivilegeEscalation") === true) found.push("may gain privileges");
    if (at(own, "runAsUser") === 0) found.push("runs as root");
    if ([own, pod].some((each) => at(each, "runAsNonRoot") === false)) found.push("may run as root");
    if ([own, pod].some((each) => at(each, "seccompProfile", "type") === "Unconfined"))
      found.push("has no seccomp profile");
    if (at(own, "readOnlyRootFilesystem") === false) found.push("has a root file system that it may write to");
    if (list(own, "capabilities", "add").some((each) => each !== "NET_BIND_SERVICE")) found.push("adds capabilities");
    const part = `container ${name}`;
    if (found.length > 0) faults.push({ part, fault: `${part} ${found.join(", ")}` });
  }
  return faults;
}
