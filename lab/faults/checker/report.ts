export const VIOLATIONS = ["lost", "two sites", "stale read", "order", "copies differ", "not served"] as const;
export type ViolationKind = (typeof VIOLATIONS)[number];

export interface Violation {
  readonly kind: ViolationKind;
  readonly what: string;
}

export interface Report {
  readonly acknowledged: number;
  readonly unknown: number;
  readonly reads: number;
  /** Acknowledged, gone, and within what the scenario allows. */
  readonly lostAsAllowed: number;
  /** Acknowledged while another site had acknowledged what stayed, within what the scenario allows. */
  readonly twoSitesAsAllowed: number;
  readonly violations: readonly Violation[];
  /** Longest time without an acknowledged write that stayed, from the promise's event on; null: nobody served again. */
  readonly servedAgainMs: number | null;
}

const SHOWN = 5;

/** Pure: how many of each kind, and the first ones. */
export function describeViolations(violations: readonly Violation[]): readonly string[] {
  return VIOLATIONS.flatMap((kind) => {
    const these = violations.filter((each) => each.kind === kind);
    return these.length === 0
      ? []
      : [`${kind}: ${these.length}`, ...these.slice(0, SHOWN).map(({ what }) => `  ${what}`)];
  });
}
