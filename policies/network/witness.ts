import { NAMESPACE_NAME, type Endpoint, type PodEndpoint } from "./endpoint";
import { cidrParts } from "./address";
import type { Network } from "./network";
import type { Direction, Peer, Policy } from "./rules";
import { matches, type Labels, type Requirement, type Selector } from "./selector";

/** A namespace's name and label values that no stack uses. */
export const STRANGER = "stranger-to-every-policy";

/** At most so many label combinations are tried for one selector; selectors of real policies need a handful. */
const MAX_COMBINATIONS = 512;

/** Somebody who could open a connection, and how a message names him. */
export interface Witness {
  readonly endpoint: Endpoint;
  readonly title: string;
}

/**
 * Peers that between them show whom the policies admit: for each selector one pod of every way in which its demands can
 * be met with labels that nobody else uses, a stranger, and an address inside and beside each address block. As a policy
 * admits by the union of its peers, whoever is admitted without being declared has a likeness among these.
 */
export function witnesses(network: Network, direction: Direction): Witness[] {
  const found = new Map<string, Witness>();
  const add = (endpoint: Endpoint, title: string): void => {
    const key = JSON.stringify(endpoint);
    if (!found.has(key)) found.set(key, { endpoint, title });
  };
  add(strangePod(STRANGER, network), "any pod of any namespace");
  for (const namespace of network.namespaceNames) add(strangePod(namespace, network), `any pod of namespace ${namespace}`);
  for (const address of ["203.0.113.7", "2001:db8::7"]) add({ kind: "address", ip: address }, `any address outside (such as ${address})`);
  for (const policy of network.policies) {
    for (const rule of [...policy[direction].allow, ...policy[direction].deny]) {
      for (const peer of rule.peers) for (const each of likenesses(peer, policy, network)) add(each.endpoint, each.title);
    }
  }
  return [...found.values()];
}

const strangePod = (namespace: string, network: Network): PodEndpoint => network.pod(namespace, {});

function likenesses(peer: Peer, policy: Policy, network: Network): Witness[] {
  switch (peer.kind) {
    case "anyone":
    case "entity":
      return [];
    case "block":
      return [peer.block.cidr, ...peer.block.except].flatMap((cidr) => {
        const address = cidrParts(cidr)?.address;
        return address === undefined ? [] : [{ endpoint: { kind: "address", ip: address } as const, title: `address block ${peer.block.cidr}` }];
      });
    case "pods":
      return podLikenesses(peer.namespaces, peer.pods, policy, network);
  }
}

function podLikenesses(namespaces: Selector | undefined, pods: Selector, policy: Policy, network: Network): Witness[] {
  const homes: { name: string; labels: Labels }[] = [];
  if (namespaces === undefined) {
    const own = policy.namespace === undefined ? network.namespaceNames : [policy.namespace];
    homes.push(...own.map((name) => ({ name, labels: network.labelsOf(name) })));
  } else {
    homes.push(...network.namespaceNames.map((name) => ({ name, labels: network.labelsOf(name) })).filter((home) => matches(namespaces, home.labels)));
    for (const labels of satisfying(namespaces)) {
      const name = labels[NAMESPACE_NAME] ?? STRANGER;
      if (network.namespaceNames.includes(name)) continue;
      homes.push({ name, labels: { ...labels, [NAMESPACE_NAME]: name } });
    }
  }
  return homes
    .filter((home) => namespaces === undefined || matches(namespaces, home.labels))
    .flatMap((home) =>
      satisfying(pods).map((labels) => ({
        endpoint: { kind: "pod", namespace: home.name, namespaceLabels: home.labels, labels },
        title: describe(home.name, home.labels, labels),
      })),
    );
}

function describe(name: string, namespaceLabels: Labels, podLabels: Labels): string {
  const pods = Object.keys(podLabels).length === 0 ? "any pod" : `pods labelled ${list(podLabels)}`;
  if (name !== STRANGER) return `${pods} of namespace ${name}`;
  const others = Object.fromEntries(Object.entries(namespaceLabels).filter(([key]) => key !== NAMESPACE_NAME));
  return `${pods} of any namespace${Object.keys(others).length === 0 ? "" : ` labelled ${list(others)}`}`;
}

const list = (labels: Labels): string => Object.entries(labels).map(([key, value]) => `${key}=${value}`).sort().join(",");

/** Label sets that meet a selector: for every key it names each value it names, a strange one, or none. */
export function satisfying(selector: Selector): Labels[] {
  let sets: Record<string, string>[] = [{}];
  for (const key of new Set(selector.map((each) => each.key))) {
    const demands = selector.filter((each) => each.key === key);
    const values = [undefined, ...new Set(demands.flatMap((each) => each.values)), STRANGER].filter((value) => demands.every((each) => meets(each, key, value)));
    sets = sets.flatMap((set) => values.map((value) => (value === undefined ? set : { ...set, [key]: value }))).slice(0, MAX_COMBINATIONS);
  }
  return sets;
}

const meets = (demand: Requirement, key: string, value: string | undefined): boolean => matches([demand], value === undefined ? {} : { [key]: value });
