import type { KubeObject } from "../model/kube";
import {
  at,
  firstUnknown,
  isList,
  isMap,
  join,
  list,
  map,
  peek,
  text,
  Unknown,
  UnknownValue,
  type Value,
  type ValueMap,
} from "../model/value";
import type { Protocol } from "./endpoint";
import { NAMESPACE_NAME } from "./endpoint";
import { addressBlock } from "./kubernetes";
import type { Direction, Entity, NetworkRule, Peer, Policy, PortRange, Side } from "./rules";
import { selector, type Requirement, type Selector } from "./selector";

const POD_NAMESPACE = "io.kubernetes.pod.namespace";
const NAMESPACE_LABEL = "io.cilium.k8s.namespace.labels.";
const ENTITIES: readonly Entity[] = ["all", "world", "cluster", "host", "remote-node", "kube-apiserver"];

/**
 * Reads a CiliumNetworkPolicy or, without a namespace, a CiliumClusterwideNetworkPolicy: one policy for each of its
 * specs.
 * @throws UnknownValue when it is not known which pods one of them selects.
 */
export function ciliumPolicies(object: KubeObject, namespace: string | undefined): Policy[] {
  const specs = [at(object.body, "spec"), ...list(object.body, "specs")].filter(isMap);
  // Rules for nodes say nothing of pods.
  return specs.filter((spec) => !("nodeSelector" in spec)).map((spec) => policy(object, spec, namespace));
}

function policy(object: KubeObject, spec: ValueMap, namespace: string | undefined): Policy {
  const missing = firstUnknown(at(spec, "endpointSelector"));
  if (missing !== undefined) throw new UnknownValue(join("spec.endpointSelector", missing));
  const unknown: string[] = [];
  const { pods, namespaces } = endpoints(map(spec, "endpointSelector"));
  return {
    resource: object.resource,
    namespace,
    pods,
    namespaces: namespaces ?? [],
    ingress: side(spec, "ingress", namespace, unknown),
    egress: side(spec, "egress", namespace, unknown),
    unknown,
  };
}

function side(spec: ValueMap, direction: Direction, namespace: string | undefined, unknown: string[]): Side {
  const read = (key: string): { written: number; rules: NetworkRule[] } => {
    const rules = peek(spec, key);
    if (rules instanceof Unknown) unknown.push(`spec.${key}`);
    if (!isList(rules)) return { written: 0, rules: [] };
    return {
      written: rules.length,
      rules: rules.flatMap((rule, i) => networkRule(rule, direction, namespace, join(`spec.${key}`, i), unknown)),
    };
  };
  const allow = read(direction);
  const deny = read(`${direction}Deny`);
  const chosen = peek(spec, "enableDefaultDeny", direction);
  return {
    isolates: typeof chosen === "boolean" ? chosen : allow.written + deny.written > 0,
    allow: allow.rules,
    deny: deny.rules,
  };
}

function networkRule(
  rule: Value,
  direction: Direction,
  namespace: string | undefined,
  path: string,
  unknown: string[],
): NetworkRule[] {
  const missing = firstUnknown(rule, path);
  if (missing !== undefined) {
    unknown.push(missing);
    return [];
  }
  const found = peers(rule, direction === "ingress" ? "from" : "to", namespace);
  const ports = at(rule, "toPorts");
  // A rule that says neither who nor where admits nothing; it only closes.
  if (found === undefined && !isList(ports)) return [];
  return [{ peers: found ?? [{ kind: "anyone" }], ports: isList(ports) ? ports.flatMap(portRanges) : undefined }];
}

/** Undefined where the rule leaves open who. */
function peers(rule: Value, side: "from" | "to", namespace: string | undefined): Peer[] | undefined {
  const keys = ["Endpoints", "CIDR", "CIDRSet", "Entities", "FQDNs", "Services", "Groups", "Nodes", "Requires"].map(
    (key) => `${side}${key}`,
  );
  if (!keys.some((key) => isList(at(rule, key)))) return undefined;
  return [
    ...list(rule, `${side}Endpoints`).map((each) => endpointPeer(each, namespace)),
    ...list(rule, `${side}CIDR`)
      .filter((each) => typeof each === "string")
      .map((cidr): Peer => ({ kind: "block", block: { cidr, except: [] } })),
    ...list(rule, `${side}CIDRSet`).map((each): Peer => ({ kind: "block", block: addressBlock(each) })),
    ...list(rule, `${side}Entities`).map((each): Peer => ({
      kind: "entity",
      entity: ENTITIES.find((entity) => entity === each) ?? "other",
    })),
    // Names, services and cloud groups lead to addresses that are found out while it runs: out there, but not
    // everybody.
    ...list(rule, `${side}FQDNs`).map((): Peer => ({ kind: "entity", entity: "other" })),
  ];
}

function endpointPeer(written: Value, namespace: string | undefined): Peer {
  const { pods, namespaces } = endpoints(written);
  // Without a word on the namespace it is the policy's own; a clusterwide policy means all.
  return { kind: "pods", pods, namespaces: namespaces ?? (namespace === undefined ? [] : undefined) };
}

/** Cilium selects pods and namespaces by the same labels; the namespace's are told by their names. */
function endpoints(written: Value): { pods: Selector; namespaces: Selector | undefined } {
  const requirements = selector(written).map((each) => ({ ...each, key: each.key.replace(/^(k8s|any)[:.]/, "") }));
  const isNamespace = (each: Requirement): boolean =>
    each.key === POD_NAMESPACE || each.key.startsWith(NAMESPACE_LABEL);
  const namespaces = requirements.filter(isNamespace).map((each) => ({
    ...each,
    key: each.key === POD_NAMESPACE ? NAMESPACE_NAME : each.key.slice(NAMESPACE_LABEL.length),
  }));
  return {
    pods: requirements.filter((each) => !isNamespace(each)),
    namespaces: namespaces.length === 0 ? undefined : namespaces,
  };
}

function portRanges(written: Value): PortRange[] {
  return list(written, "ports").map((each) => {
    const port = text(each, "port") ?? at(each, "port");
    const end = at(each, "endPort");
    return {
      port:
        typeof port === "string" && /^\d+$/.test(port)
          ? number(port)
          : typeof port === "number"
            ? number(String(port))
            : typeof port === "string"
              ? port
              : undefined,
      endPort: typeof end === "number" && end > 0 ? end : undefined,
      protocol: protocol(text(each, "protocol")),
    };
  });
}

/** 0 stands for every port. */
const number = (port: string): number | undefined => (Number(port) === 0 ? undefined : Number(port));
const protocol = (word: string | undefined): Protocol | undefined =>
  word === "TCP" || word === "UDP" || word === "SCTP" ? word : undefined;
