import type { Connection, Endpoint, NamedPort, Protocol } from "../../../policies/network/endpoint";
import { NAMESPACE_NAME } from "../../../policies/network/endpoint";
import type { Random } from "../random";

/** Objects as a cluster would have them, small enough that policies and pods often meet. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export interface RandomPolicy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly [key: string]: Json };
}
export type RandomSelector = { readonly [key: string]: Json };

const NAMESPACES = ["cache", "identity", "shop"];
const KEYS = ["app", "tier", "team"];
const VALUES = ["a", "b", "c"];
const PROTOCOLS: readonly Protocol[] = ["TCP", "UDP", "SCTP"];
const PORTS: readonly NamedPort[] = [
  { name: "redis", port: 6379, protocol: "TCP" },
  { name: "metrics", port: 9999, protocol: "TCP" },
  { name: "dns", port: 53, protocol: "UDP" },
];
const NUMBERS = [53, 80, 443, 6379, 9999];
const CIDRS = [
  "10.0.0.0/8",
  "10.1.0.0/16",
  "10.1.2.0/24",
  "0.0.0.0/0",
  "192.168.0.0/16",
  "203.0.113.0/24",
  "10.1.2.3/32",
];
const ADDRESSES = ["10.1.2.3", "10.1.2.4", "10.1.9.9", "10.9.9.9", "192.168.3.4", "203.0.113.9", "8.8.8.8"];

const labels = (random: Random): Record<string, string> =>
  Object.fromEntries(random.some(KEYS, 3).map((key) => [key, random.pick(VALUES)]));
const namespaceLabels = (name: string): Record<string, string> => ({
  [NAMESPACE_NAME]: name,
  team: VALUES[NAMESPACES.indexOf(name)] ?? "a",
});

/**
 * @param missingKeys `met`: a NotIn stands alone, and an object without the label meets it, as the API server has it.
 * `refused`: it stands beside an Exists, because cyclonus takes a missing label for a refusal.
 */
export function randomSelector(random: Random, missingKeys: "met" | "refused" = "refused"): RandomSelector {
  if (random.oneIn(4)) return {};
  const matchLabels = random.oneIn(2) ? labels(random) : {};
  const matchExpressions = random.some(KEYS, 2).flatMap((key): Json[] => {
    const operator = random.pick(["In", "NotIn", "Exists", "DoesNotExist"]);
    if (operator === "Exists" || operator === "DoesNotExist") return [{ key, operator }];
    const demand = { key, operator, values: [random.pick(VALUES), ...random.some(VALUES, 1)] };
    return operator === "NotIn" && missingKeys === "refused" ? [demand, { key, operator: "Exists" }] : [demand];
  });
  return {
    ...(Object.keys(matchLabels).length > 0 ? { matchLabels } : {}),
    ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
  };
}

function namespaceSelector(random: Random): RandomSelector {
  return random.oneIn(2) ? { matchLabels: { [NAMESPACE_NAME]: random.pick(NAMESPACES) } } : randomSelector(random);
}

function peer(random: Random): Json {
  switch (random.below(4)) {
    case 0:
      return { podSelector: randomSelector(random) };
    case 1:
      return { namespaceSelector: namespaceSelector(random) };
    case 2:
      return { namespaceSelector: namespaceSelector(random), podSelector: randomSelector(random) };
    default:
      return { ipBlock: { cidr: random.pick(CIDRS), ...(random.oneIn(2) ? { except: [random.pick(CIDRS)] } : {}) } };
  }
}

function port(random: Random): Json {
  const protocol = random.oneIn(3) ? {} : { protocol: random.pick(PROTOCOLS) };
  switch (random.below(5)) {
    case 0:
      return { ...protocol };
    case 1:
      return { ...protocol, port: random.pick(PORTS).name };
    case 2: {
      const first = random.pick(NUMBERS);
      return { ...protocol, port: first, endPort: first + random.below(400) };
    }
    default:
      return { ...protocol, port: random.pick(NUMBERS) };
  }
}

const rules = (random: Random, side: "from" | "to"): Json[] =>
  Array.from({ length: random.below(3) }, () => ({
    ...(random.oneIn(5) ? {} : { [side]: Array.from({ length: 1 + random.below(2) }, () => peer(random)) }),
    ...(random.oneIn(3) ? {} : { ports: Array.from({ length: 1 + random.below(2) }, () => port(random)) }),
  }));

export function randomPolicy(random: Random, name: string): RandomPolicy {
  const types = random.pick([["Ingress"], ["Egress"], ["Ingress", "Egress"]]);
  return {
    metadata: { name, namespace: random.pick(NAMESPACES) },
    spec: {
      podSelector: randomSelector(random),
      policyTypes: types,
      ...(types.includes("Ingress") ? { ingress: rules(random, "from") } : {}),
      ...(types.includes("Egress") ? { egress: rules(random, "to") } : {}),
    },
  };
}

function endpoint(random: Random): Endpoint {
  const ip = random.pick(ADDRESSES);
  if (random.oneIn(5)) return { kind: "address", ip };
  const namespace = random.pick(NAMESPACES);
  return {
    kind: "pod",
    namespace,
    namespaceLabels: namespaceLabels(namespace),
    labels: labels(random),
    ip,
    ports: PORTS,
  };
}

/**
 * From a pod to a pod or an address, or from an address to a pod; to one of the ports that policies name, or beside
 * them.
 */
export function randomConnection(random: Random): Connection {
  const [from, to] = [endpoint(random), endpoint(random)];
  if (random.oneIn(2)) return { from, to, ...random.pick(PORTS) };
  return { from, to, port: random.pick([...NUMBERS, 81, 500, 6380]), protocol: random.pick(PROTOCOLS) };
}

export { KEYS, VALUES, labels as randomLabels, PORTS };
