import { edges, type AddressBlock } from "./address";
import { covers, memberOf, type AllowedPeer } from "./allowedPeers";
import {
  NAMESPACE_NAME,
  type AddressEntity,
  type Endpoint,
  type PodEndpoint,
  type Port,
  type Protocol,
} from "./endpoint";
import { findPod, UNMATCHED, type Demands, type KnownNamespaces, type Tested } from "./podSearch";
import type { Gate } from "./reach";
import type { Peer } from "./rules";
import type { Labels } from "./selector";

/** Addresses kept for documentation, nobody's in particular, and the first of each family. */
const ANYWHERE = ["203.0.113.254", "2001:db8:ffff::7"];
const FIRST = ["0.0.0.0", "::"];
const NODE = "203.0.113.253";

/** Somebody who could open a connection or be spoken to, and how a message names him. */
export interface Probe {
  readonly endpoint: Endpoint;
  readonly title: string;
}

/** Whom a gate lets through beside those who are meant to be. */
export interface Undeclared {
  readonly found: readonly Probe[];
  /** Why it is not certain that these are all; empty where it is. */
  readonly doubts: readonly string[];
}

/**
 * Looks for whom a gate admits at a port beside those that are allowed: for each rule's selectors a pod that meets
 * them and is allowed by nobody, and for addresses one of each range between the ends of all blocks.
 */
export function undeclaredPeers(
  known: KnownNamespaces,
  gate: Gate,
  port: Port,
  protocol: Protocol,
  allowed: readonly AllowedPeer[],
): Undeclared {
  const found = new Map<string, Probe>();
  const doubts = new Set<string>();
  let isUnsure = false;
  const look = (endpoint: Endpoint): Tested => {
    const { verdict, because } = gate.answer(endpoint, port, protocol);
    if (verdict === "refused") return because === undefined ? "no" : { avoid: because };
    const member = memberOf(allowed, endpoint);
    if (member !== undefined) return member.kind === "pods" ? { avoid: member } : "no";
    if (allowed.some((each) => covers(each, endpoint))) return "no";
    if (verdict === "admitted") return "found";
    isUnsure = true;
    return "no";
  };
  const { pods, others } = candidates(gate, port, protocol, allowed);
  for (const demands of pods) {
    const pod = findPod(known, demands, look);
    if (pod === "gave up") doubts.add("its selectors are too many to try all");
    else if (pod !== "none") found.set(JSON.stringify(pod), { endpoint: pod, title: podTitle(pod) });
  }
  for (const endpoint of others)
    if (look(endpoint) === "found") found.set(JSON.stringify(endpoint), { endpoint, title: titleOf(endpoint) });
  if (isUnsure) for (const doubt of doubtsAbout(gate, port, protocol)) doubts.add(doubt);
  return { found: [...found.values()], doubts: [...doubts] };
}

/** Why a gate's answer may be unknown. */
export function doubtsAbout(gate: Gate, port: Port, protocol: Protocol): string[] {
  const unknown = gate.peers(port, protocol).flatMap(({ peer }) => (peer.kind === "unknown" ? [peer.what] : []));
  const said = [...new Set(unknown), ...gate.gaps.names.map((name) => `${name} cannot be read yet`)];
  return said.length === 0 ? ["it depends on labels or on the order of policies that is not known"] : said;
}

const EVERY_POD: Demands = { namespaces: [], pods: [] };

function candidates(
  gate: Gate,
  port: Port,
  protocol: Protocol,
  allowed: readonly AllowedPeer[],
): { readonly pods: readonly Demands[]; readonly others: readonly Endpoint[] } {
  const rules = gate.peers(port, protocol);
  const admitting = rules.filter(({ rule }) => rule.action !== "deny").map(({ peer }) => peer);
  const open: Peer[] = gate.isolated === "yes" && gate.gaps.names.length === 0 ? [] : [{ kind: "anyone" }];
  const peers = [...admitting, ...open];
  const pods = new Map<string, Demands>();
  for (const peer of peers) {
    const demands = peer.kind === "pods" ? peer : mayBePod(peer) ? EVERY_POD : undefined;
    if (demands !== undefined) pods.set(JSON.stringify([demands.namespaces, demands.pods]), demands);
  }
  const blocks = rules.flatMap(({ peer }) => (peer.kind === "block" ? [peer.block] : []));
  const own = allowed.flatMap(({ members }) => members).flatMap((peer) => (peer.kind === "block" ? [peer.block] : []));
  const addresses = peers.some(mayBeAddress)
    ? [...ANYWHERE, ...FIRST, ...edges([...blocks, ...own].flatMap(cidrs))]
    : [];
  return {
    pods: [...pods.values()],
    others: [
      ...[...new Set(addresses)].map((ip): Endpoint => ({ kind: "address", ip })),
      ...entities(peers).map((entity): Endpoint => ({ kind: "address", ip: NODE, entity })),
      ...peers.flatMap((peer): Endpoint[] => (peer.kind === "name" ? [{ kind: "name", name: peer.name }] : [])),
    ],
  };
}

const cidrs = ({ cidr, except }: AddressBlock): string[] => [cidr, ...except];

const mayBePod = (peer: Peer): boolean =>
  peer.kind === "anyone" ||
  (peer.kind === "entity" && (peer.entity === "all" || peer.entity === "cluster")) ||
  (peer.kind === "block" && peer.holdsPods === true) ||
  (peer.kind === "unknown" && peer.mayHoldPods);

const mayBeAddress = (peer: Peer): boolean =>
  peer.kind === "anyone" ||
  peer.kind === "block" ||
  peer.kind === "unknown" ||
  (peer.kind === "entity" && (peer.entity === "all" || peer.entity.startsWith("world")));

/** Of the node that a pod is on, everybody has to put up with the kubelet. */
function entities(peers: readonly Peer[]): AddressEntity[] {
  const named = peers.flatMap((peer): AddressEntity[] => {
    if (peer.kind !== "entity") return [];
    if (peer.entity === "cluster" || peer.entity === "all") return ["remote-node"];
    return peer.entity === "host" || peer.entity.startsWith("world") ? [] : [peer.entity as AddressEntity];
  });
  return [...new Set(named)];
}

function titleOf(endpoint: Endpoint): string {
  if (endpoint.kind === "pod") return podTitle(endpoint);
  if (endpoint.kind === "name") return `hosts called ${endpoint.name}`;
  if (endpoint.entity === "remote-node") return "every node";
  if (endpoint.entity !== undefined) return `what Cilium calls ${endpoint.entity}`;
  return [...ANYWHERE, ...FIRST].includes(endpoint.ip)
    ? `any address (such as ${endpoint.ip})`
    : `addresses such as ${endpoint.ip}`;
}

function podTitle({ namespace, namespaceLabels, labels }: PodEndpoint): string {
  const pods = Object.keys(labels).length === 0 ? "any pod" : `pods labelled ${list(labels)}`;
  if (namespace !== UNMATCHED) return `${pods} of namespace ${namespace}`;
  const others = Object.fromEntries(Object.entries(namespaceLabels).filter(([key]) => key !== NAMESPACE_NAME));
  return `${pods} of any namespace${Object.keys(others).length === 0 ? "" : ` labelled ${list(others)}`}`;
}

const list = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(",");
