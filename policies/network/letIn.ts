import { edges, inBlock } from "./address";
import type { AllowedPeer } from "./allowedPeers";
import { NAMESPACE_NAME, type Endpoint, type Port, type Protocol } from "./endpoint";
import { findPod, type Demands, type KnownNamespaces, type Tested } from "./podSearch";
import type { Gate, Verdict } from "./reach";
import type { Peer } from "./rules";
import type { Match } from "./selector";

const EVERY_POD: Demands = { namespaces: [], pods: [] };

/**
 * Whether some of those that are meant to be let through are.
 * @param also asks the other end of the connection, where that has policies too.
 */
export function letIn(
  known: KnownNamespaces,
  gate: Gate,
  port: Port,
  protocol: Protocol,
  peer: AllowedPeer,
  also: (endpoint: Endpoint) => Verdict = () => "admitted",
): Match {
  let found: Match = "no";
  const look = (endpoint: Endpoint): Tested => {
    const { verdict, because } = gate.answer(endpoint, port, protocol);
    const verdicts = [verdict, verdict === "refused" ? verdict : also(endpoint)];
    if (verdicts.every((each) => each === "admitted")) return "found";
    if (!verdicts.includes("refused")) found = "maybe";
    return because === undefined ? "no" : { avoid: because };
  };
  const rules = gate.peers(port, protocol);
  const admitting = [
    ...rules.filter(({ rule }) => rule.action !== "deny").map((each) => each.peer),
    ...(gate.isolated === "yes" ? [] : [{ kind: "anyone" } as const]),
  ];
  for (const member of peer.members) {
    if (member.kind === "pods") {
      for (const demands of admitting.map(demandsOf)) {
        if (demands === undefined || !mayMeet(demands, member)) continue;
        const wanted = {
          namespaces: [...member.namespaces, ...demands.namespaces],
          pods: [...member.pods, ...demands.pods],
        };
        const pod = findPod(known, wanted, look);
        if (typeof pod === "object" && isCertain(known, pod.namespace, demands)) return "yes";
        if (pod !== "none") found = "maybe";
      }
    } else if (addressesOf(member, rules).some((endpoint) => look(endpoint) === "found")) return "yes";
  }
  return peer.examples.some((endpoint) => look(endpoint) === "found") ? "yes" : found;
}

const demandsOf = (peer: Peer): Demands | undefined => {
  if (peer.kind === "pods") return peer;
  return peer.kind === "block" && peer.holdsPods !== true ? undefined : EVERY_POD;
};

/** Spares the search where the two name different namespaces. */
function mayMeet(a: Demands, b: Demands): boolean {
  const namesOf = ({ namespaces }: Demands): readonly string[] | undefined =>
    namespaces.find(({ key, operator }) => key === NAMESPACE_NAME && operator === "In")?.values;
  const [left, right] = [namesOf(a), namesOf(b)];
  return left === undefined || right === undefined || left.some((name) => right.includes(name));
}

/** A namespace that the stack does not make may lack the labels that a rule asks of it. */
const isCertain = (known: KnownNamespaces, namespace: string, { namespaces }: Demands): boolean =>
  known.makes(namespace) || namespaces.every(({ key }) => key === NAMESPACE_NAME);

function addressesOf(member: Peer, rules: readonly { readonly peer: Peer }[]): Endpoint[] {
  if (member.kind !== "block") return [];
  const blocks = rules.flatMap(({ peer }) => (peer.kind === "block" ? [peer.block.cidr, ...peer.block.except] : []));
  return edges([member.block.cidr, ...blocks])
    .filter((ip) => inBlock(ip, member.block))
    .map((ip) => ({ kind: "address", ip, mayHaveName: true }));
}
