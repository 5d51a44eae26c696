import { labels, type KubeObject } from "../model/kube";
import type { Resource } from "../model/resource";
import { at, list, text, UnknownValue, type Value } from "../model/value";
import { containers, podLabels, workload, type Workload } from "../model/workload";
import { NAMESPACE_NAME, type NamedPort, type PodEndpoint, type Protocol } from "./endpoint";
import { ciliumPolicies } from "./cilium";
import { networkPolicy } from "./kubernetes";
import type { Policy } from "./rules";
import type { Labels } from "./selector";

/** The pods, namespaces and policies of one stack. */
export class Network {
  readonly policies: readonly Policy[];
  /** Policies of which it is not known what they select; no verdict about their namespace is certain. */
  readonly unread: readonly { readonly resource: Resource; readonly why: string }[];
  private readonly namespaces: ReadonlyMap<string, Labels>;
  private readonly known: readonly string[];

  constructor(objects: readonly KubeObject[]) {
    const policies: Policy[] = [];
    const unread: { resource: Resource; why: string }[] = [];
    for (const object of objects) {
      try {
        policies.push(...policiesOf(object));
      } catch (error) {
        if (!(error instanceof UnknownValue)) throw error;
        unread.push({ resource: object.resource, why: error.message });
      }
    }
    this.policies = policies;
    this.unread = unread;
    this.namespaces = new Map(
      objects
        .filter((object) => object.group === "" && object.kind === "Namespace")
        .map((object) => [object.name, knownLabels(object)]),
    );
    this.known = [
      ...new Set([
        ...this.namespaces.keys(),
        ...objects.flatMap((object) => (isNamespaced(object) ? [object.namespace] : [])),
      ]),
    ].sort();
  }

  /** Namespaces that this stack makes or has objects in, in order. */
  get namespaceNames(): readonly string[] {
    return this.known;
  }

  /** What selectors see of a namespace: the labels that this stack gives it, and its name. */
  labelsOf(namespace: string): Labels {
    return { ...this.namespaces.get(namespace), [NAMESPACE_NAME]: namespace };
  }

  pod(namespace: string, podLabels: Labels, ports: readonly NamedPort[] = []): PodEndpoint {
    return { kind: "pod", namespace, namespaceLabels: this.labelsOf(namespace), labels: podLabels, ports };
  }

  /** @throws UnknownValue */
  podOf(of: Workload, namespace: string): PodEndpoint {
    return this.pod(namespace, podLabels(of), namedPorts(of.podSpec));
  }
}

/** @throws UnknownValue where it is not known what a policy selects. */
function policiesOf(object: KubeObject): Policy[] {
  const kind = `${object.group}/${object.kind}`;
  if (kind === "cilium.io/CiliumClusterwideNetworkPolicy") return ciliumPolicies(object, undefined);
  if (kind !== "networking.k8s.io/NetworkPolicy" && kind !== "cilium.io/CiliumNetworkPolicy") return [];
  if (object.namespace === undefined) throw new UnknownValue("metadata.namespace");
  return kind.startsWith("cilium")
    ? ciliumPolicies(object, object.namespace)
    : [networkPolicy(object, object.namespace)];
}

/** Policies may stand for namespaces that another stack makes; cluster-wide objects have none. */
function isNamespaced(object: KubeObject): object is KubeObject & { readonly namespace: string } {
  return (
    object.namespace !== undefined &&
    (workload(object) !== undefined || object.kind === "NetworkPolicy" || object.kind === "CiliumNetworkPolicy")
  );
}

function knownLabels(object: KubeObject): Labels {
  try {
    return labels(object);
  } catch (error) {
    if (error instanceof UnknownValue) return {};
    throw error;
  }
}

/** @throws UnknownValue */
export function namedPorts(podSpec: Value): NamedPort[] {
  return containers(podSpec).flatMap((container) =>
    list(container.body, "ports").flatMap((each): NamedPort[] => {
      const name = text(each, "name");
      const port = at(each, "containerPort");
      const protocol = text(each, "protocol") ?? "TCP";
      return name !== undefined && typeof port === "number" ? [{ name, port, protocol: protocol as Protocol }] : [];
    }),
  );
}

export const workloads = (objects: readonly KubeObject[]): Workload[] =>
  objects.map(workload).filter((each) => each !== undefined);
