import type { Engine } from "../../server/types";
import type { AclSource, DataOf, Requirepass } from "./aclSource";
import { mountedAcl, requirepass } from "./aclSource";
import { engineOf, startsByScript } from "./engines";
import { flags, UnknownFlags, type Flags } from "./flags";
import type { KubeObject } from "./kube";
import type { Resource } from "./resource";
import { text, type Value } from "./value";
import { containers, podLabels, workload, type Container } from "./workload";

export type { AclSource, DataOf } from "./aclSource";
export { dataEntry } from "./dataEntry";
export { engineOf, imageName } from "./engines";

/** A server of the cache, whatever carries it. */
export interface Cache {
  readonly resource: Resource;
  readonly carrier: "workload" | "Dragonfly" | "Helm";
  readonly engine: Engine;
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Labels that its operator gives its pods while they run, one set for each role. */
  readonly roles?: readonly Readonly<Record<string, string>>[];
  /** With every container, those that a carrier adds too. */
  readonly podSpec: Value;
  /** Whether its pods may name ports beside those of the pod's specification. */
  readonly hasUnknownPorts?: boolean;
  /** The server's container; for an operator's resource or Helm values, its spec or values in a container's form. */
  readonly container: Container;
  readonly flags: Flags;
  readonly acl: AclSource;
  /** Whether a password for the unnamed user is set by flag, environment or the carrier's own means. */
  readonly requirepass: Requirepass;
  /** Bodies of the Services that its carrier makes. */
  readonly services?: readonly Value[];
  /** Why policies that the carrier makes are not known; undefined where it makes none. */
  readonly ownPolicies?: string;
}

/**
 * A server in a job loads a snapshot and is gone: it serves nobody, but its namespace holds the cache's data for a
 * while.
 */
const isThrowaway = (object: KubeObject): boolean => object.group === "batch";

/** @throws UnknownValue */
export function runsThrowawayServer(object: KubeObject): boolean {
  const pods = isThrowaway(object) ? workload(object) : undefined;
  return pods !== undefined && containers(pods.podSpec).some((container) => engineOf(container) !== undefined);
}

/** The servers that a workload runs; none for most. @throws UnknownValue */
export function workloadCaches(object: KubeObject, dataOf: DataOf): Cache[] {
  const pods = workload(object);
  if (pods === undefined || isThrowaway(object)) return [];
  const { resource, namespace } = object;
  return podCaches(
    { resource, carrier: "workload", namespace, labels: podLabels(pods), podSpec: pods.podSpec },
    dataOf,
  );
}

type Carried = Pick<Cache, "resource" | "carrier" | "namespace" | "labels" | "podSpec">;

/** The servers among the containers of a pod. @throws UnknownValue */
export function podCaches(carried: Carried, dataOf: DataOf): Cache[] {
  return containers(carried.podSpec).flatMap((container): Cache[] => {
    const engine =
      container.place === "initContainers" && text(container.body, "restartPolicy") !== "Always"
        ? undefined
        : engineOf(container);
    if (engine === undefined) return [];
    if (startsByScript(container)) {
      const why = `container ${container.name} starts the server by a script, whose flags`;
      return [
        {
          ...carried,
          engine,
          container,
          flags: new UnknownFlags(why),
          acl: { state: "unknown", why: `${why} cannot be read` },
          requirepass: "unknown",
        },
      ];
    }
    const place = { namespace: carried.namespace, podSpec: carried.podSpec, container, dataOf };
    const started = flags(engine, place);
    const acl = mountedAcl(place, started);
    return [{ ...carried, engine, container, flags: started, acl, requirepass: requirepass(started) }];
  });
}
