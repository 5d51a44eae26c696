import type { KubeObject } from "../model/kube";
import { at, firstUnknown, isList, isMap, join, list, map, peek, Unknown, UnknownValue } from "../model/value";
import type { Value, ValueMap } from "../model/value";
import { endpoints, reader, type CiliumObjects, type PeerReader } from "./ciliumPeers";
import { ciliumPorts } from "./ciliumPorts";
import { ownNamespace } from "./kubernetes";
import type { Action, Direction, NetworkRule, Policy, Side } from "./rules";

/**
 * Reads a CiliumNetworkPolicy or, without a namespace, a CiliumClusterwideNetworkPolicy: one policy for each of its
 * specs.
 * @param objects what its rules refer to by name.
 * @throws UnknownValue when it is not known which pods one of them selects.
 */
export function ciliumPolicies(object: KubeObject, namespace: string | undefined, objects: CiliumObjects): Policy[] {
  const specs = [at(object.body, "spec"), ...list(object.body, "specs")].filter(isMap);
  // Rules for nodes say nothing of pods.
  return specs.filter((spec) => !("nodeSelector" in spec)).map((spec) => policy(object, spec, namespace, objects));
}

function policy(object: KubeObject, spec: ValueMap, namespace: string | undefined, objects: CiliumObjects): Policy {
  const missing = firstUnknown(at(spec, "endpointSelector"));
  if (missing !== undefined) throw new UnknownValue(join("spec.endpointSelector", missing));
  const unknown: string[] = [];
  const { pods, namespaces } = endpoints(map(spec, "endpointSelector"));
  const peersOf = reader(namespace, objects);
  return {
    resource: object.resource,
    tier: "namespace",
    priority: 0,
    namespace,
    namespaces: [...namespaces, ...(namespace === undefined ? [] : ownNamespace(namespace))],
    pods,
    ingress: side(spec, "ingress", peersOf, unknown),
    egress: side(spec, "egress", peersOf, unknown),
    unknown,
  };
}

function side(spec: ValueMap, direction: Direction, peersOf: PeerReader, unknown: string[]): Side {
  let written = 0;
  const read = (key: string, action: Action): NetworkRule[] => {
    const rules = peek(spec, key);
    if (rules instanceof Unknown) unknown.push(`spec.${key}`);
    if (!isList(rules)) return [];
    written += rules.length;
    return rules.flatMap((rule, i) => networkRule(rule, action, direction, peersOf, join(`spec.${key}`, i), unknown));
  };
  const rules = [...read(`${direction}Deny`, "deny"), ...read(direction, "allow")];
  const chosen = peek(spec, "enableDefaultDeny", direction);
  return { isolates: typeof chosen === "boolean" ? chosen : written > 0, rules };
}

function networkRule(
  rule: Value,
  action: Action,
  direction: Direction,
  peersOf: PeerReader,
  path: string,
  unknown: string[],
): NetworkRule[] {
  const missing = firstUnknown(rule, path);
  if (missing !== undefined) {
    unknown.push(missing);
    return [];
  }
  const peers = peersOf(rule, direction);
  const ports = ciliumPorts(rule);
  // A rule that says neither who nor where admits nothing; it only closes.
  if (peers === undefined && ports === undefined) return [];
  return [{ action, peers: peers ?? [{ kind: "anyone" }], ports }];
}
