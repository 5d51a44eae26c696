import { edges } from "./address";
import { NAMESPACE_NAME, type Endpoint } from "./endpoint";
import type { Network } from "./network";
import type { Gate } from "./reach";
import type { NetworkRule, Peer } from "./rules";
import { matches, type Labels, type Requirement, type Selector } from "./selector";

/** A namespace's name and label values that no stack uses. */
export const UNMATCHED = "matched-by-no-policy";
/** Addresses kept for documentation: nobody's in particular. */
const ANYWHERE = ["203.0.113.254", "2001:db8:ffff::7"];
/** At most so many label combinations are tried for one selector; selectors of real policies need a handful. */
const MAX_COMBINATIONS = 512;

/** Somebody who could open a connection or be spoken to, and how a message names him. */
export interface Probe {
  readonly endpoint: Endpoint;
  readonly title: string;
}

/**
 * Others that between them show whom a gate admits: for each selector one pod of every way in which its demands can be
 * met with labels that no policy names, a pod without labels in every known namespace and in an unknown one, and the
 * addresses that tell the blocks apart. Policies admit by the union of their peers: whoever is admitted without being
 * declared has a probe among these.
 * @param declared address blocks and namespaces that the caller compares with.
 */
export function probesFor(
  network: Network,
  gate: Gate,
  declared: { readonly cidrs: readonly string[]; readonly namespaces: readonly string[] },
): Probe[] {
  const found = new Map<string, Probe>();
  const add = (endpoint: Endpoint, title: string): void => {
    const key = JSON.stringify(endpoint);
    if (!found.has(key)) found.set(key, { endpoint, title });
  };
  for (const namespace of [UNMATCHED, ...network.namespaceNames, ...declared.namespaces]) {
    add(
      network.pod(namespace, {}),
      namespace === UNMATCHED ? "any pod of any namespace" : `any pod of namespace ${namespace}`,
    );
  }
  const peers = gate.policies.flatMap((policy) =>
    [...policy[gate.direction].allow, ...policy[gate.direction].deny].flatMap((rule: NetworkRule) =>
      rule.peers.map((peer) => ({ peer, namespace: policy.namespace })),
    ),
  );
  for (const { peer, namespace } of peers) {
    if (peer.kind === "pods")
      for (const each of podProbes(peer, namespace ?? gate.pod.namespace, network)) add(each.endpoint, each.title);
    else if (peer.kind === "entity" && peer.entity === "cluster")
      add({ kind: "address", ip: "203.0.113.253", entity: "remote-node" }, "every node");
  }
  const blocks = peers.flatMap(({ peer }) => (peer.kind === "block" ? [peer.block.cidr, ...peer.block.except] : []));
  for (const address of [...ANYWHERE, ...edges([...blocks, ...declared.cidrs])])
    add({ kind: "address", ip: address }, addressTitle(address));
  return [...found.values()];
}

const addressTitle = (address: string): string =>
  ANYWHERE.includes(address) ? `any address (such as ${address})` : `addresses such as ${address}`;

function podProbes(peer: Extract<Peer, { kind: "pods" }>, own: string, network: Network): Probe[] {
  return candidateNamespaces(peer.namespaces, own, network).flatMap((candidate) =>
    satisfying(peer.pods).map((labels): Probe => ({
      endpoint: { kind: "pod", namespace: candidate.name, namespaceLabels: candidate.labels, labels },
      title: describe(candidate.name, candidate.labels, labels),
    })),
  );
}

interface CandidateNamespace {
  readonly name: string;
  readonly labels: Labels;
}

function candidateNamespaces(selector: Selector | undefined, own: string, network: Network): CandidateNamespace[] {
  const known = (name: string): CandidateNamespace => ({ name, labels: network.labelsOf(name) });
  if (selector === undefined) return [known(own)];
  const imagined = satisfying(selector).map((labels): CandidateNamespace => {
    const name = labels[NAMESPACE_NAME] ?? UNMATCHED;
    return { name, labels: { ...labels, [NAMESPACE_NAME]: name } };
  });
  return [
    ...network.namespaceNames.map(known),
    ...imagined.filter((candidate) => !network.namespaceNames.includes(candidate.name)),
  ].filter((candidate) => matches(selector, candidate.labels));
}

function describe(name: string, namespaceLabels: Labels, podLabels: Labels): string {
  const pods = Object.keys(podLabels).length === 0 ? "any pod" : `pods labelled ${list(podLabels)}`;
  if (name !== UNMATCHED) return `${pods} of namespace ${name}`;
  const others = Object.fromEntries(Object.entries(namespaceLabels).filter(([key]) => key !== NAMESPACE_NAME));
  return `${pods} of any namespace${Object.keys(others).length === 0 ? "" : ` labelled ${list(others)}`}`;
}

const list = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(",");

/** Label sets that meet a selector: for every key it names each value it names, a strange one, or none. */
export function satisfying(selector: Selector): Labels[] {
  let sets: Record<string, string>[] = [{}];
  for (const key of new Set(selector.map((each) => each.key))) {
    const demands = selector.filter((each) => each.key === key);
    const values = [undefined, ...new Set(demands.flatMap((each) => each.values)), UNMATCHED].filter((value) =>
      demands.every((each) => meets(each, key, value)),
    );
    sets = sets
      .flatMap((set) => values.map((value) => (value === undefined ? set : { ...set, [key]: value })))
      .slice(0, MAX_COMBINATIONS);
  }
  return sets;
}

const meets = (demand: Requirement, key: string, value: string | undefined): boolean =>
  matches([demand], value === undefined ? {} : { [key]: value });
