/** Who is at work on a cluster; a leases to leaseConflicts, never what correctness rests on. */
export interface LeaseRecord {
  readonly holder: string | null;
  /** When it was last renewed, in ms since 1970. */
  readonly renewed: number;
  readonly seconds: number;
}

export const LEASE_SECONDS = 15;

export type LeaseVerdict =
  { readonly kind: "free" } | { readonly kind: "held"; readonly by: string; readonly forSeconds: number };

/**
 * Whether the lease can be taken.
 * @param now - the time in ms that the lease's own API server gave.
 * @param isGone - whether a holder is known to have ended, as a killed command of this machine; its lease passes on at
 * once.
 */
export function decideLease(
  record: LeaseRecord | null,
  now: number,
  isGone: (holder: string) => boolean,
): LeaseVerdict {
  if (record === null || record.holder === null || isGone(record.holder)) return { kind: "free" };
  const left = record.renewed + record.seconds * 1000 - now;
  return left <= 0 ? { kind: "free" } : { kind: "held", by: record.holder, forSeconds: Math.ceil(left / 1000) };
}
