import type { KubeObject } from "./kube";
import { at, list, map, strings, text, type Value } from "./value";

/** Something that makes pods. */
export interface Workload {
  readonly object: KubeObject;
  /** The template's metadata and spec; for a Pod its own. */
  readonly metadata: Value;
  readonly podSpec: Value;
}

const TEMPLATE = ["spec", "template"];
/** Where the pods of a kind stand. */
const TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map([
  ["Pod", []],
  ["Deployment", TEMPLATE],
  ["StatefulSet", TEMPLATE],
  ["DaemonSet", TEMPLATE],
  ["ReplicaSet", TEMPLATE],
  ["ReplicationController", TEMPLATE],
  ["Job", TEMPLATE],
  ["CronJob", ["spec", "jobTemplate", ...TEMPLATE]],
]);
const GROUPS = ["", "apps", "batch"];

/**
 * @returns undefined for an object that makes no pods.
 * @throws UnknownValue when the template as a whole is not known.
 */
export function workload(object: KubeObject): Workload | undefined {
  const path = TEMPLATES.get(object.kind);
  if (path === undefined || !GROUPS.includes(object.group)) return undefined;
  return { object, metadata: map(object.body, ...path, "metadata"), podSpec: map(object.body, ...path, "spec") };
}

/** @throws UnknownValue */
export const podLabels = (of: Workload): Readonly<Record<string, string>> => strings(map(of.metadata, "labels"));

/** A container in the form that Kubernetes gives it, with what its place says. */
export interface Container {
  readonly name: string;
  readonly body: Value;
  readonly place: "containers" | "initContainers" | "ephemeralContainers";
}

/** @throws UnknownValue */
export function containers(podSpec: Value): Container[] {
  const places = ["initContainers", "containers", "ephemeralContainers"] as const;
  return places.flatMap((place) =>
    list(podSpec, place).map((body, i) => ({ name: text(body, "name") ?? `${place}[${i}]`, body, place })),
  );
}

/** The words a container is started with: command, then args. @throws UnknownValue */
export const words = (container: Container): string[] =>
  [...list(container.body, "command"), ...list(container.body, "args")].map((word, i) => {
    const known = at([word], 0);
    return typeof known === "string" ? known : `?${i}`;
  });
