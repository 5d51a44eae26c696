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
} from "../model/value";
import type { Protocol } from "./endpoint";
import { protocol } from "./kubernetes";
import type { Action, Direction, NetworkRule, Peer, Policy, PortRange, Side, Tier } from "./rules";
import { selector } from "./selector";

const GROUP = "policy.networking.k8s.io";
/** The one policy of its kind in a cluster; it has no number of its own. */
const LAST = 1_000;

/** Whether an object is an AdminNetworkPolicy, a BaselineAdminNetworkPolicy or the ClusterNetworkPolicy after them. */
export const isAdminPolicy = ({ group, kind }: KubeObject): boolean =>
  group === GROUP && ["AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "ClusterNetworkPolicy"].includes(kind);

/** @throws UnknownValue when it is not known which pods it selects, or where it stands among the others. */
export function adminPolicy(object: KubeObject): Policy {
  const spec = map(object.body, "spec");
  const missing = firstUnknown(at(spec, "subject"), "spec.subject");
  if (missing !== undefined) throw new UnknownValue(missing);
  const unknown: string[] = [];
  const { namespaces, pods } = podSet(at(spec, "subject"));
  const priority = at(spec, "priority");
  return {
    resource: object.resource,
    tier: tierOf(object, spec),
    priority: typeof priority === "number" ? priority : LAST,
    namespace: undefined,
    namespaces: selector(namespaces),
    pods: selector(pods),
    ingress: side(spec, "ingress", unknown),
    egress: side(spec, "egress", unknown),
    unknown,
  };
}

const tierOf = (object: KubeObject, spec: Value): Tier =>
  object.kind === "BaselineAdminNetworkPolicy" || text(spec, "tier") === "Baseline" ? "baseline" : "admin";

/** Namespaces as a whole, or pods within namespaces. */
function podSet(written: Value | undefined): { namespaces: Value; pods: Value } {
  const pods = at(written, "pods");
  return isMap(pods)
    ? { namespaces: map(pods, "namespaceSelector"), pods: map(pods, "podSelector") }
    : { namespaces: map(written, "namespaces"), pods: {} };
}

/** Its rules decide in their order and close nothing by being there. */
function side(spec: Value, direction: Direction, unknown: string[]): Side {
  const path = `spec.${direction}`;
  const rules = peek(spec, direction);
  if (rules instanceof Unknown) unknown.push(path);
  if (!isList(rules)) return { isolates: false, rules: [] };
  return {
    isolates: false,
    rules: rules.flatMap((rule, i): NetworkRule[] => {
      const missing = firstUnknown(rule, join(path, i));
      if (missing === undefined) return [networkRule(rule, direction)];
      unknown.push(missing);
      return [];
    }),
  };
}

const ACTIONS: ReadonlyMap<string | undefined, Action> = new Map([
  ["Allow", "allow"],
  ["Accept", "allow"],
  ["Deny", "deny"],
  ["Pass", "pass"],
]);

function networkRule(rule: Value, direction: Direction): NetworkRule {
  const action = ACTIONS.get(text(rule, "action")) ?? "deny";
  return {
    action,
    peers: list(rule, direction === "ingress" ? "from" : "to").flatMap(peersOf),
    ports:
      isList(at(rule, "ports")) || isList(at(rule, "protocols"))
        ? [...portsOf(list(rule, "ports")), ...protocolsOf(list(rule, "protocols"))]
        : undefined,
  };
}

function peersOf(peer: Value): Peer[] {
  const networks = at(peer, "networks");
  if (isList(networks))
    return networks
      .filter((each) => typeof each === "string")
      .map((cidr): Peer => ({ kind: "block", block: { cidr, except: [] }, holdsPods: true }));
  const names = at(peer, "domainNames");
  if (isList(names))
    return names.filter((each) => typeof each === "string").map((name): Peer => ({ kind: "name", name }));
  if (isMap(at(peer, "nodes"))) return [{ kind: "entity", entity: "remote-node" }];
  if (isSelector(at(peer, "namespaces")) || isMap(at(peer, "pods"))) {
    const { namespaces, pods } = podSet(peer);
    return [{ kind: "pods", namespaces: selector(namespaces), pods: selector(pods) }];
  }
  return [{ kind: "unknown", what: "a peer of an unknown form", mayHoldPods: true }];
}

/** Earlier versions of the API had other words in the same place, such as `sameLabels`. */
const isSelector = (value: Value | undefined): boolean =>
  isMap(value) && Object.keys(value).every((key) => key === "matchLabels" || key === "matchExpressions");

const portsOf = (written: readonly Value[]): PortRange[] =>
  written.map((each): PortRange => {
    const number = at(each, "portNumber");
    if (isMap(number)) return range(protocol(text(number, "protocol")), at(number, "port"), undefined);
    const between = at(each, "portRange");
    if (isMap(between)) return range(protocol(text(between, "protocol")), at(between, "start"), at(between, "end"));
    return range(undefined, at(each, "namedPort"), undefined);
  });

const protocolsOf = (written: readonly Value[]): PortRange[] =>
  written.map((each): PortRange => {
    for (const word of ["tcp", "udp", "sctp"]) {
      const own = at(each, word);
      if (own === undefined || own === null) continue;
      const destination = map(own, "destinationPort");
      const between = map(destination, "range");
      const number = at(destination, "number") ?? at(between, "start");
      return range(protocol(word.toUpperCase()), number, at(between, "end"));
    }
    return range(undefined, at(each, "destinationNamedPort"), undefined);
  });

const range = (of: Protocol | undefined, port: Value | undefined, end: Value | undefined): PortRange => ({
  port: typeof port === "number" || typeof port === "string" ? port : undefined,
  endPort: typeof end === "number" ? end : undefined,
  protocol: of,
});
