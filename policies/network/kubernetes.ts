import type { KubeObject } from "../model/kube";
import { firstUnknown, at, isList, isMap, join, list, map, peek, text, Unknown, type Value } from "../model/value";
import type { AddressBlock } from "./address";
import { NAMESPACE_NAME, type Protocol } from "./endpoint";
import type { Direction, NetworkRule, Peer, Policy, PortRange, Side } from "./rules";
import { isEqual, selector, type Selector } from "./selector";

/**
 * Reads a networking.k8s.io NetworkPolicy. Rules and peers with unknown parts are left out and named in `unknown`.
 * @throws UnknownValue when it is not known which pods it selects or in which direction it closes them.
 */
export function networkPolicy(object: KubeObject, namespace: string): Policy {
  const spec = map(object.body, "spec");
  const unknown: string[] = [];
  const types = list(spec, "policyTypes").map((each) => (typeof each === "string" ? each : ""));
  const side = (direction: Direction): Side => {
    const byDefault = direction === "ingress" || list(spec, "egress").length > 0;
    const isolates = types.length > 0 ? types.includes(direction === "ingress" ? "Ingress" : "Egress") : byDefault;
    // Kubernetes ignores the rules of a direction that policyTypes leaves out.
    return { isolates, rules: isolates ? rules(spec, direction, namespace, unknown) : [] };
  };
  return {
    resource: object.resource,
    tier: "namespace",
    priority: 0,
    namespace,
    namespaces: [],
    pods: selector(at(spec, "podSelector")),
    ingress: side("ingress"),
    egress: side("egress"),
    unknown,
  };
}

function rules(spec: Value, direction: Direction, namespace: string, unknown: string[]): NetworkRule[] {
  const path = `spec.${direction}`;
  const written = peek(spec, direction);
  if (written instanceof Unknown) {
    unknown.push(path);
    return [];
  }
  if (!isList(written)) return [];
  return written.flatMap((rule, i): NetworkRule[] => {
    const here = join(path, i);
    const ports = peek(rule, "ports");
    if (rule instanceof Unknown || firstUnknown(ports) !== undefined) {
      unknown.push(here);
      return [];
    }
    const key = direction === "ingress" ? "from" : "to";
    return [
      { action: "allow", peers: peers(peek(rule, key), namespace, join(here, key), unknown), ports: portRanges(ports) },
    ];
  });
}

function peers(written: Value | undefined, namespace: string, path: string, unknown: string[]): Peer[] {
  if (written instanceof Unknown) {
    unknown.push(path);
    return [];
  }
  if (!isList(written) || written.length === 0) return [{ kind: "anyone" }];
  return written.flatMap((peer, i): Peer[] => {
    const missing = firstUnknown(peer, join(path, i));
    if (missing === undefined) return [readPeer(peer, namespace)];
    unknown.push(missing);
    return [];
  });
}

function readPeer(peer: Value, namespace: string): Peer {
  const block = at(peer, "ipBlock");
  if (isMap(block)) return { kind: "block", block: addressBlock(block) };
  const namespaces = at(peer, "namespaceSelector");
  return {
    kind: "pods",
    namespaces: isMap(namespaces) ? selector(namespaces) : ownNamespace(namespace),
    pods: selector(at(peer, "podSelector")),
  };
}

export const ownNamespace = (namespace: string): Selector => [isEqual(NAMESPACE_NAME, namespace)];

export const addressBlock = (block: Value): AddressBlock => ({
  cidr: text(block, "cidr") ?? "",
  except: list(block, "except").filter((each) => typeof each === "string"),
});

function portRanges(written: Value | undefined): readonly PortRange[] | undefined {
  if (!isList(written) || written.length === 0) return undefined;
  return written.map((each) => {
    const port = at(each, "port");
    const endPort = at(each, "endPort");
    return {
      port: typeof port === "number" || typeof port === "string" ? port : undefined,
      endPort: typeof endPort === "number" ? endPort : undefined,
      protocol: protocol(text(each, "protocol")),
    };
  });
}

/** Where nothing is said, TCP. */
export const protocol = (word: string | undefined): Protocol => (word === "UDP" || word === "SCTP" ? word : "TCP");
