import { AddressSet } from "./address";
import type { Connection, Endpoint, PodEndpoint, Port, Protocol } from "./endpoint";
import { peerMatch, portMatch } from "./peerMatch";
import type { Direction, NetworkRule, Peer, PodPeer, Policy } from "./rules";
import { both, either, match, type Match } from "./selector";

/** `unknown`: what decides it is not at hand, or not known yet. */
export type Verdict = "admitted" | "refused" | "unknown";

export interface Answer {
  readonly verdict: Verdict;
  /** The selectors by which it was refused: others may still be admitted. */
  readonly because?: PodPeer | undefined;
}

/** Gives one direction of one pod. */
export type GateOf = (pod: PodEndpoint, direction: Direction) => Gate;

/** Whether policies let a connection through: the source's egress and the destination's ingress must both admit it. */
export function reaches(gateOf: GateOf, { from, to, port, protocol }: Connection): Verdict {
  const ends = [
    from.kind === "pod" ? gateOf(from, "egress").answer(to, port, protocol).verdict : "admitted",
    to.kind === "pod" ? gateOf(to, "ingress").answer(from, port, protocol).verdict : "admitted",
  ];
  if (ends.includes("refused")) return "refused";
  return ends.includes("unknown") ? "unknown" : "admitted";
}

export const selects = (policy: Policy, pod: PodEndpoint): Match =>
  policy.namespace !== undefined && policy.namespace !== pod.namespace
    ? "no"
    : both(
        match(policy.namespaces, pod.namespaceLabels, pod.hasOpenNamespace),
        match(policy.pods, pod.labels, pod.hasOpenLabels),
      );

/** A rule of a policy that has a say, and whether it surely has. */
interface Placed {
  readonly rule: NetworkRule;
  readonly policy: Policy;
  readonly selected: Match;
  /** Its place among all of the pod's rules. */
  readonly order: number;
}

/** The rules that may match a port, by tier. */
interface Covering {
  readonly all: readonly Placed[];
  readonly admin: readonly Placed[];
  readonly baseline: readonly Placed[];
  readonly deny: readonly Placed[];
  readonly allow: readonly Placed[];
  /** The addresses of all rules of the namespace's tier that surely match the port. */
  readonly allowed: AddressSet;
  readonly denied: AddressSet;
}

/** What is not known of the policies of a pod: each part says what it may do. */
export interface Gaps {
  /** Names what is not known, for messages. */
  readonly names: readonly string[];
  readonly mayIsolate: boolean;
  readonly mayAllow: boolean;
  readonly mayDeny: boolean;
  /** It may overrule everything, such as a policy of a kind that is not computed. */
  readonly mayOverrule: boolean;
}

export const NO_GAPS: Gaps = { names: [], mayIsolate: false, mayAllow: false, mayDeny: false, mayOverrule: false };

type Outcome = "admitted" | "refused";

/** One direction of one pod: what the policies that select it let through. */
export class Gate {
  /** Those that have a say here, surely or perhaps. */
  readonly policies: readonly Policy[];
  /** Closed but for what a policy of a namespace admits. */
  readonly isolated: Match;
  private readonly rules: readonly Placed[];
  private readonly byPort = new Map<number, Placed[]>();
  private readonly otherwise: Placed[] = [];
  private readonly known = new Map<string, Covering>();

  constructor(
    policies: readonly Policy[],
    readonly pod: PodEndpoint,
    readonly direction: Direction,
    readonly gaps: Gaps = NO_GAPS,
  ) {
    const found = policies.map((policy) => ({ policy, selected: selects(policy, pod) }));
    const concerned = found.filter(({ selected }) => selected !== "no");
    this.policies = concerned.map(({ policy }) => policy);
    this.isolated = concerned
      .filter(({ policy }) => policy.tier === "namespace" && policy[direction].isolates)
      .reduce<Match>((sum, { selected }) => either(sum, selected), gaps.mayIsolate ? "maybe" : "no");
    this.rules = [...concerned]
      .sort((a, b) => a.policy.priority - b.policy.priority)
      .flatMap(({ policy, selected }) => policy[direction].rules.map((rule) => ({ rule, policy, selected })))
      .map((each, order) => ({ ...each, order }));
    for (const placed of this.rules) this.index(placed);
  }

  /** Whether no policy has anything to say here. */
  get isUntouched(): boolean {
    return this.policies.length === 0 && this.gaps.names.length === 0 && this.pod.isOnHost !== true;
  }

  /** The rules of every tier that admit something. */
  get allowRules(): readonly NetworkRule[] {
    return this.rules.filter(({ rule }) => rule.action === "allow").map(({ rule }) => rule);
  }

  /** The peers of all rules that may match a port. */
  peers(port: Port, protocol: Protocol): readonly { readonly rule: NetworkRule; readonly peer: Peer }[] {
    return this.covering(port, protocol).all.flatMap(({ rule }) => rule.peers.map((peer) => ({ rule, peer })));
  }

  /** Whether the other end of a connection to that port (of whichever end is the destination) is let through. */
  answer(other: Endpoint, port: Port, protocol: Protocol): Answer {
    if (this.gaps.mayOverrule) return { verdict: "unknown" };
    const covering = this.covering(port, protocol);
    const outcomes = new Set<Outcome>();
    let because: PodPeer | undefined;
    const matched = (placed: Placed, isRefusal: boolean): Match => {
      const { found, peer } = this.matching(placed, other, port, protocol);
      if (isRefusal && found === "yes" && peer?.kind === "pods") because ??= peer;
      return found;
    };
    const passes = this.ordered(covering.admin, matched, outcomes);
    if (passes) {
      const falls = this.local(covering, other, matched, outcomes);
      if (falls && this.ordered(covering.baseline, matched, outcomes)) outcomes.add("admitted");
    }
    const [only, ...more] = outcomes;
    return { verdict: only === undefined || more.length > 0 ? "unknown" : only, because };
  }

  /**
   * The first rule that matches decides; of policies of one priority, any may come first.
   * @returns whether the next tier may decide.
   */
  private ordered(
    placed: readonly Placed[],
    matched: (placed: Placed, isRefusal: boolean) => Match,
    outcomes: Set<Outcome>,
  ): boolean {
    let passes = false;
    let decided = false;
    for (let i = 0; i < placed.length && !decided;) {
      const { priority } = placed[i]?.policy ?? { priority: 0 };
      let policy: Policy | undefined;
      let isDone = false;
      for (; i < placed.length && placed[i]?.policy.priority === priority; i += 1) {
        const each = placed[i];
        if (each === undefined) break;
        if (each.policy !== policy) [policy, isDone] = [each.policy, false];
        if (isDone) continue;
        const found = matched(each, each.rule.action !== "allow");
        if (found === "no") continue;
        if (each.rule.action === "pass") passes = true;
        else outcomes.add(each.rule.action === "allow" ? "admitted" : "refused");
        if (found === "yes") isDone = decided = true;
      }
    }
    return passes || !decided;
  }

  /** Denials outweigh allowances, wherever they stand. @returns whether the baseline may decide. */
  private local(
    { deny, allow, allowed, denied }: Covering,
    other: Endpoint,
    matched: (placed: Placed, isRefusal: boolean) => Match,
    outcomes: Set<Outcome>,
  ): boolean {
    const ip = other.kind === "name" ? undefined : other.ip;
    const any = (placed: readonly Placed[], set: AddressSet, isRefusal: boolean, start: Match): Match => {
      if (ip !== undefined && set.has(ip)) return "yes";
      let found: Match = start;
      for (const each of placed) {
        const one = matched(each, isRefusal);
        if (one === "yes") return "yes";
        if (one === "maybe") found = "maybe";
      }
      return found;
    };
    const isDenied = any(deny, denied, true, this.gaps.mayDeny ? "maybe" : "no");
    if (isDenied !== "no") outcomes.add("refused");
    if (isDenied === "yes") return false;
    const isAllowed = any(allow, allowed, false, this.gaps.mayAllow ? "maybe" : "no");
    // What is surely allowed and not surely isolated is admitted either way, but for the baseline.
    if (isAllowed !== "no" && this.isolated !== "no") outcomes.add("admitted");
    if (isAllowed !== "yes" && this.isolated !== "no") outcomes.add("refused");
    return this.isolated !== "yes";
  }

  private matching(
    { rule, selected }: Placed,
    other: Endpoint,
    port: Port,
    protocol: Protocol,
  ): { readonly found: Match; readonly peer?: Peer } {
    const destination = this.direction === "ingress" ? this.pod : other;
    const byPort = both(selected, portMatch(rule.ports, destination, port, protocol));
    if (byPort === "no") return { found: "no" };
    let found: Match = "no";
    for (const peer of rule.peers) {
      const one = peerMatch(peer, other);
      if (one === "yes") return { found: byPort, peer };
      if (one === "maybe") found = "maybe";
    }
    return { found };
  }

  private index(placed: Placed): void {
    const numbers = new Set<number>();
    for (const range of placed.rule.ports ?? [undefined]) {
      const isOne = typeof range?.port === "number" && range.endPort === undefined;
      if (!isOne) return void this.otherwise.push(placed);
      if (typeof range?.port === "number") numbers.add(range.port);
    }
    for (const number of numbers) {
      const known = this.byPort.get(number);
      if (known === undefined) this.byPort.set(number, [placed]);
      else known.push(placed);
    }
  }

  private covering(port: Port, protocol: Protocol): Covering {
    const key = `${port} ${protocol}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const own = typeof port === "number" ? [...(this.byPort.get(port) ?? []), ...this.otherwise] : this.rules;
    const destination = this.direction === "ingress" ? this.pod : undefined;
    const found = own
      .filter(({ rule }) => portMatch(rule.ports, destination, port, protocol) !== "no")
      .sort((a, b) => a.order - b.order);
    const of = (action: NetworkRule["action"]): Placed[] =>
      found.filter(({ policy, rule }) => policy.tier === "namespace" && rule.action === action);
    const [deny, allow] = [of("deny"), of("allow")];
    const blocks = (placed: readonly Placed[]): AddressSet =>
      new AddressSet(
        placed
          .filter(({ rule, selected }) => selected === "yes" && isSure(rule, destination, port, protocol))
          .flatMap(({ rule }) => rule.peers.flatMap((peer) => (peer.kind === "block" ? [peer.block] : []))),
      );
    const covering: Covering = {
      all: found,
      admin: found.filter(({ policy }) => policy.tier === "admin"),
      baseline: found.filter(({ policy }) => policy.tier === "baseline"),
      deny: deny.filter(hasOtherPeers(destination, port, protocol)),
      allow: allow.filter(hasOtherPeers(destination, port, protocol)),
      allowed: blocks(allow),
      denied: blocks(deny),
    };
    this.known.set(key, covering);
    return covering;
  }
}

const isSure = (rule: NetworkRule, destination: Endpoint | undefined, port: Port, protocol: Protocol): boolean =>
  portMatch(rule.ports, destination, port, protocol) === "yes";

/** Rules whose every peer is an address block are looked up in the set of all addresses instead. */
const hasOtherPeers =
  (destination: Endpoint | undefined, port: Port, protocol: Protocol) =>
  ({ rule, selected }: Placed): boolean =>
    selected !== "yes" ||
    !isSure(rule, destination, port, protocol) ||
    rule.peers.some((peer) => peer.kind !== "block");
