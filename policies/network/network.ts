import { labels, type KubeObject } from "../model/kube";
import { at, list, map, strings, text, UnknownValue, type Value } from "../model/value";
import { containers, podLabels, workload, type Workload } from "../model/workload";
import { adminPolicy, isAdminPolicy } from "./adminPolicy";
import { ciliumPolicies } from "./cilium";
import type { CiliumObjects } from "./ciliumPeers";
import { NAMESPACE_NAME, type NamedPort, type PodEndpoint, type Protocol } from "./endpoint";
import { networkPolicy } from "./kubernetes";
import { PolicyIndex, type UnreadPolicy } from "./policyIndex";
import type { Policy } from "./rules";
import { match, type Labels } from "./selector";
import { otherPolicy } from "./otherPolicies";

const SERVICE_ACCOUNT = "io.cilium.k8s.policy.serviceaccount";

/** The pods, namespaces and policies of one stack. */
export class Network {
  readonly policies: readonly Policy[];
  /** Policies of which it is not known what they select or do; no verdict about their namespace is certain. */
  readonly unread: readonly UnreadPolicy[];
  private readonly index: PolicyIndex;
  private readonly namespaces: ReadonlyMap<string, { readonly labels: Labels; readonly isOpen: boolean }>;

  /** @param made policies that charts make, which are not among the objects. */
  constructor(objects: readonly KubeObject[], made: readonly UnreadPolicy[] = []) {
    const policies: Policy[] = [];
    const unread: UnreadPolicy[] = [...made];
    const cilium = ciliumObjects(objects);
    for (const object of objects) {
      try {
        policies.push(...policiesOf(object, cilium));
        unread.push(...otherPolicy(object));
      } catch (error) {
        if (!(error instanceof UnknownValue)) throw error;
        const { resource, namespace } = object;
        const isOwn = object.kind === "NetworkPolicy" || object.kind === "CiliumNetworkPolicy";
        unread.push({ resource, why: error.message, namespace: isOwn ? namespace : undefined, effect: effect(object) });
      }
    }
    this.policies = policies;
    this.unread = unread;
    this.index = new PolicyIndex(policies, unread);
    this.namespaces = new Map(
      objects
        .filter((object) => object.group === "" && object.kind === "Namespace")
        .map((object) => [object.name, knownLabels(object)]),
    );
  }

  /** One direction of one pod. */
  get gate(): PolicyIndex["gate"] {
    return this.index.gate;
  }

  /** Whether this stack makes a namespace, so that its labels are known. */
  makes(namespace: string): boolean {
    return this.namespaces.has(namespace);
  }

  /** What selectors see of a namespace: the labels that this stack gives it, and its name. */
  labelsOf(namespace: string): Labels {
    return { ...this.namespaces.get(namespace)?.labels, [NAMESPACE_NAME]: namespace };
  }

  /** @param ports undefined where the names of the ports are not known. */
  pod(namespace: string, podLabels: Labels, ports?: readonly NamedPort[]): PodEndpoint {
    const isOpen = this.namespaces.get(namespace)?.isOpen ?? true;
    return {
      kind: "pod",
      namespace,
      namespaceLabels: this.labelsOf(namespace),
      ...(isOpen ? { hasOpenNamespace: true } : {}),
      labels: podLabels,
      ports,
    };
  }

  /** @throws UnknownValue */
  podOf(of: Workload, namespace: string): PodEndpoint {
    return this.podWith(namespace, podLabels(of), of.podSpec);
  }

  /** @throws UnknownValue */
  podWith(namespace: string, podLabels: Labels, podSpec: Value, hasUnknownPorts = false): PodEndpoint {
    const ports = hasUnknownPorts ? undefined : namedPorts(podSpec);
    const pod = this.pod(namespace, { ...podLabels, ...serviceAccount(podSpec) }, ports);
    return at(podSpec, "hostNetwork") === true ? { ...pod, isOnHost: true } : pod;
  }
}

/** As Cilium labels a pod. @throws UnknownValue */
const serviceAccount = (podSpec: Value): Labels => ({
  [SERVICE_ACCOUNT]: text(podSpec, "serviceAccountName") ?? text(podSpec, "serviceAccount") ?? "default",
});

/** @throws UnknownValue where it is not known what a policy selects. */
function policiesOf(object: KubeObject, cilium: CiliumObjects): Policy[] {
  if (isAdminPolicy(object)) return [adminPolicy(object)];
  const kind = `${object.group}/${object.kind}`;
  if (kind === "cilium.io/CiliumClusterwideNetworkPolicy") return ciliumPolicies(object, undefined, cilium);
  const isNetworkPolicy = object.kind === "NetworkPolicy" && ["networking.k8s.io", "extensions"].includes(object.group);
  if (!isNetworkPolicy && kind !== "cilium.io/CiliumNetworkPolicy") return [];
  if (object.namespace === undefined) throw new UnknownValue("metadata.namespace");
  return isNetworkPolicy ? [networkPolicy(object, object.namespace)] : ciliumPolicies(object, object.namespace, cilium);
}

const effect = (object: KubeObject): UnreadPolicy["effect"] => {
  if (isAdminPolicy(object)) return "overrules";
  return object.group === "cilium.io" ? "denies" : "adds";
};

function ciliumObjects(objects: readonly KubeObject[]): CiliumObjects {
  const groups = new Map(
    objects
      .filter(({ group, kind }) => group === "cilium.io" && kind === "CiliumCIDRGroup")
      .map((object) => [object.name, object]),
  );
  const services = new Map(
    objects
      .filter(({ group, kind }) => group === "" && kind === "Service")
      .map((object) => [`${object.namespace ?? ""}/${object.name}`, object]),
  );
  return {
    cidrGroup: (name) =>
      whereKnown(() => {
        const found = groups.get(name);
        return found === undefined
          ? undefined
          : list(found.body, "spec", "externalCIDRs").map((_, i) => text(found.body, "spec", "externalCIDRs", i) ?? "");
      }),
    cidrGroups: (wanted) => {
      const names = whereKnown(() =>
        [...groups.values()].filter((object) => match(wanted, labels(object)) === "yes").map(({ name }) => name),
      );
      // Groups of other stacks may have the label as well.
      return names === undefined || names.length === 0 ? undefined : names;
    },
    service: (namespace, name) =>
      whereKnown(() => {
        const found = services.get(`${namespace}/${name}`);
        return found === undefined ? undefined : strings(map(found.body, "spec", "selector"));
      }),
  };
}

function whereKnown<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValue) return undefined;
    throw error;
  }
}

function knownLabels(object: KubeObject): { readonly labels: Labels; readonly isOpen: boolean } {
  const found = whereKnown(() => labels(object));
  return { labels: found ?? {}, isOpen: found === undefined };
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
