import { title, type Resource } from "../model/resource";
import type { PodEndpoint } from "./endpoint";
import { Gate, NO_GAPS, type Gaps } from "./reach";
import type { Direction, Policy } from "./rules";

/** A policy of which it is not known what it selects, or what it does. */
export interface UnreadPolicy {
  readonly resource: Resource;
  readonly why: string;
  /** Undefined where it may stand for every namespace. */
  readonly namespace: string | undefined;
  /** `adds`: it can close pods and admit others. `denies`: it can also refuse what others admit. `overrules`: all. */
  readonly effect: "adds" | "denies" | "overrules";
}

/** More names in one message say no more. */
const MOST_NAMES = 5;

/** Finds the policies of a pod without a look at those of other namespaces and labels. */
export class PolicyIndex {
  private readonly byNamespace = new Map<string | undefined, PodIndex>();
  private readonly gates = new Map<string, Gate>();

  constructor(
    policies: readonly Policy[],
    private readonly unread: readonly UnreadPolicy[] = [],
  ) {
    for (const policy of policies) {
      const known = this.byNamespace.get(policy.namespace) ?? new PodIndex();
      known.add(policy);
      this.byNamespace.set(policy.namespace, known);
    }
  }

  readonly gate = (pod: PodEndpoint, direction: Direction): Gate => {
    const key = JSON.stringify([direction, pod]);
    const known = this.gates.get(key);
    if (known !== undefined) return known;
    const names = pod.isOnHost === true ? [] : [undefined, pod.namespace];
    const policies = names.flatMap((name) => this.byNamespace.get(name)?.candidates(pod) ?? []);
    const read = new Gate(policies, pod, direction);
    const gaps = pod.isOnHost === true ? NO_GAPS : this.gapsOf(pod, direction, read.policies);
    const gate = gaps === NO_GAPS ? read : new Gate(read.policies, pod, direction, gaps);
    this.gates.set(key, gate);
    return gate;
  };

  private gapsOf(pod: PodEndpoint, direction: Direction, policies: readonly Policy[]): Gaps {
    const unread = this.unread.filter(({ namespace }) => namespace === undefined || namespace === pod.namespace);
    const parts = policies.filter(({ unknown }) => unknown.some((path) => path.startsWith(`spec.${direction}`)));
    if (unread.length + parts.length === 0) return NO_GAPS;
    const denies = (path: string): boolean => path.startsWith(`spec.${direction}Deny`);
    return {
      names: [...new Set([...unread, ...parts].map((each) => title(each.resource)))].slice(0, MOST_NAMES),
      mayIsolate: unread.length > 0 || parts.some((policy) => !policy[direction].isolates),
      mayAllow: true,
      mayDeny: unread.some(({ effect }) => effect === "denies") || parts.some(({ unknown }) => unknown.some(denies)),
      mayOverrule:
        unread.some(({ effect }) => effect === "overrules") || parts.some(({ tier }) => tier !== "namespace"),
    };
  }
}

/** Policies by one label that they ask of pods, where they ask for one. */
class PodIndex {
  private readonly always: Policy[] = [];
  private readonly byLabel = new Map<string, Policy[]>();

  add(policy: Policy): void {
    const asked = policy.pods.find(({ operator }) => operator === "In");
    if (asked === undefined) return void this.always.push(policy);
    for (const value of new Set(asked.values)) {
      const key = JSON.stringify([asked.key, value]);
      const known = this.byLabel.get(key);
      if (known === undefined) this.byLabel.set(key, [policy]);
      else known.push(policy);
    }
  }

  candidates(pod: PodEndpoint): readonly Policy[] {
    // A label that is not known may be any.
    if (pod.hasOpenLabels === true) return [...this.always, ...[...this.byLabel.values()].flat()];
    const labelled = Object.entries(pod.labels).flatMap((label) => this.byLabel.get(JSON.stringify(label)) ?? []);
    return [...this.always, ...labelled];
  }
}
