import { at, isList, isMap, list, map, text, type Value } from "../model/value";
import { NAMESPACE_NAME } from "./endpoint";
import { addressBlock, ownNamespace } from "./kubernetes";
import type { Direction, Entity, Peer, PodPeer } from "./rules";
import { isEqual, selector, type Labels, type Requirement, type Selector } from "./selector";

const POD_NAMESPACE = "io.kubernetes.pod.namespace";
const NAMESPACE_LABEL = "io.cilium.k8s.namespace.labels.";
const RESERVED = /^reserved[:.]/;
const ENTITIES: readonly Entity[] = [
  "all",
  "world",
  "world-ipv4",
  "world-ipv6",
  "cluster",
  "host",
  "remote-node",
  "kube-apiserver",
  "ingress",
  "health",
  "init",
  "unmanaged",
];

/** What Cilium's rules refer to by name. */
export interface CiliumObjects {
  /** The blocks of a CiliumCIDRGroup; undefined where it is not at hand or not known yet. */
  readonly cidrGroup: (name: string) => readonly string[] | undefined;
  /** Names of the CIDR groups whose labels a selector matches; undefined where that is not known. */
  readonly cidrGroups: (wanted: Selector) => readonly string[] | undefined;
  /** What a Service selects; undefined where it is not at hand. */
  readonly service: (namespace: string, name: string) => Labels | undefined;
}

/** The peers of a rule; undefined where it leaves open who. */
export type PeerReader = (rule: Value, direction: Direction) => Peer[] | undefined;

const KEYS = ["Endpoints", "CIDR", "CIDRSet", "Entities", "FQDNs", "Services", "Groups", "Nodes", "Requires"];

export const reader =
  (namespace: string | undefined, objects: CiliumObjects): PeerReader =>
  (rule, direction) => {
    const side = direction === "ingress" ? "from" : "to";
    if (!KEYS.some((key) => isList(at(rule, `${side}${key}`)))) return undefined;
    const required = list(rule, `${side}Requires`).map(endpoints);
    return [
      ...list(rule, `${side}Endpoints`).flatMap((each) => endpointPeers(each, namespace, required)),
      ...list(rule, `${side}CIDR`)
        .filter((each) => typeof each === "string")
        .map((cidr): Peer => ({ kind: "block", block: { cidr, except: [] } })),
      ...list(rule, `${side}CIDRSet`).flatMap((each) => blockPeers(each, objects)),
      ...list(rule, `${side}Entities`).flatMap(entityPeers),
      ...list(rule, `${side}FQDNs`).map((each): Peer => ({
        kind: "name",
        name: text(each, "matchName") ?? text(each, "matchPattern") ?? "*",
      })),
      ...list(rule, `${side}Services`).map((each) => servicePeer(each, namespace, objects)),
      ...list(rule, `${side}Groups`).map((): Peer => ({
        kind: "unknown",
        what: `the addresses of ${side}Groups`,
        mayHoldPods: false,
      })),
      // Nodes are reached as Cilium's own entity for them.
      ...(list(rule, `${side}Nodes`).length > 0 ? [remoteNode] : []),
    ];
  };

const unknownPods = (what: string): Peer => ({ kind: "unknown", what, mayHoldPods: true });
const unknownBlock = (group: string): Peer => ({
  kind: "unknown",
  what: `CiliumCIDRGroup ${group}, which is not among the resources`,
  mayHoldPods: false,
});
const remoteNode: Peer = { kind: "entity", entity: "remote-node" };

const entityPeers = (written: Value): Peer[] => {
  const entity = ENTITIES.find((each) => each === written);
  return entity === undefined ? [] : [{ kind: "entity", entity }];
};

function blockPeers(written: Value, objects: CiliumObjects): Peer[] {
  const { cidr, except } = addressBlock(written);
  if (cidr !== "") return [{ kind: "block", block: { cidr, except } }];
  const name = text(written, "cidrGroupRef");
  const wanted = at(written, "cidrGroupSelector");
  const names = name !== undefined ? [name] : isMap(wanted) ? objects.cidrGroups(selector(wanted)) : [];
  if (names === undefined) return [{ kind: "unknown", what: "the CIDR groups that it selects", mayHoldPods: false }];
  return names.flatMap((group): Peer[] => {
    const cidrs = objects.cidrGroup(group);
    if (cidrs === undefined) return [unknownBlock(group)];
    return cidrs.map((each) => ({ kind: "block", block: { cidr: each, except } }));
  });
}

/** A Service leads to the pods that it selects; one without a selector, to addresses that somebody else writes. */
function servicePeer(written: Value, own: string | undefined, objects: CiliumObjects): Peer {
  const service = map(written, "k8sService");
  const name = text(service, "serviceName");
  const namespace = text(service, "namespace") ?? own;
  const labels = name === undefined || namespace === undefined ? undefined : objects.service(namespace, name);
  if (labels === undefined || namespace === undefined || Object.keys(labels).length === 0)
    return unknownPods(name === undefined ? "the Services that it selects" : `where Service ${name} leads`);
  return {
    kind: "pods",
    namespaces: ownNamespace(namespace),
    pods: Object.entries(labels).map(([key, value]) => isEqual(key, value)),
  };
}

function endpointPeers(
  written: Value,
  namespace: string | undefined,
  required: readonly Pick<PodPeer, "namespaces" | "pods">[],
): Peer[] {
  const reserved = reservedPeers(written);
  if (reserved !== undefined) return reserved;
  const { pods, namespaces } = endpoints(written);
  // Without a word on the namespace it is the policy's own; a clusterwide policy means all.
  const own = namespaces.length > 0 || namespace === undefined ? namespaces : ownNamespace(namespace);
  return [
    {
      kind: "pods",
      namespaces: [...own, ...required.flatMap((each) => each.namespaces)],
      pods: [...pods, ...required.flatMap((each) => each.pods)],
    },
  ];
}

/** A label such as `reserved:kube-apiserver` is another word for an entity; undefined where there is none. */
function reservedPeers(written: Value): Peer[] | undefined {
  const found = selector(written).filter(({ key }) => RESERVED.test(key));
  const [first, ...more] = found;
  if (first === undefined) return undefined;
  const known = first.operator === "In" || first.operator === "Exists";
  return known && more.length === 0
    ? entityPeers(first.key.replace(RESERVED, ""))
    : [unknownPods(`the label ${first.key}`)];
}

/** Cilium selects pods and namespaces by the same labels; the namespace's are told by their names. */
export function endpoints(written: Value): Pick<PodPeer, "namespaces" | "pods"> {
  const requirements = selector(written).map((each) => ({ ...each, key: each.key.replace(/^(k8s|any)[:.]/, "") }));
  const isNamespace = (each: Requirement): boolean =>
    each.key === POD_NAMESPACE || each.key.startsWith(NAMESPACE_LABEL);
  return {
    pods: requirements.filter((each) => !isNamespace(each)),
    namespaces: requirements.filter(isNamespace).map((each) => ({
      ...each,
      key: each.key === POD_NAMESPACE ? NAMESPACE_NAME : each.key.slice(NAMESPACE_LABEL.length),
    })),
  };
}
