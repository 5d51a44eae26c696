/** Arithmetic of times to live, in whole seconds unless a name says Ms. No clock: `now` is always given. */

/** How long answers may be kept. All in seconds. */
export interface TtlPolicy {
  /** Answers with less are kept, and shown, with this much. */
  readonly least: number;
  readonly most: number;
  /** Cap for "no such name" and "no such record" (RFC 2308, 5: one to three hours). */
  readonly mostNegative: number;
}

/** A TTL with the highest bit set counts as 0 (RFC 2181, 8). */
export const readTtl = (raw: number): number => (raw > 0x7fffffff ? 0 : raw);

export const clampTtl = (ttl: number, policy: TtlPolicy): number => Math.min(Math.max(ttl, policy.least), policy.most);

/**
 * How long the absence of a name or record is known: the lesser of the SOA's own TTL and its minimum field (RFC 2308,
 * 5),
 * and not longer than the aliases that led there.
 * @param aliasTtl least TTL of CNAME records before it; Infinity without any.
 */
export const negativeTtl = (soaTtl: number, soaMinimum: number, aliasTtl: number, policy: TtlPolicy): number =>
  Math.min(clampTtl(Math.min(soaTtl, soaMinimum, aliasTtl), policy), policy.mostNegative);

/** Whole seconds since `storedAtMs`; 0 when this clock is behind the one that stored it. */
export const ageAt = (storedAtMs: number, nowMs: number): number =>
  nowMs > storedAtMs ? Math.floor((nowMs - storedAtMs) / 1000) : 0;

/** What is left of `ttl`, not below 0. */
export const remainingTtl = (ttl: number, age: number): number => (ttl > age ? ttl - age : 0);

/** Milliseconds until an answer is stale; 0 or less once it is. Never more than its TTL, whatever the clocks say. */
export const msLeft = (answer: { readonly storedAt: number; readonly ttl: number }, nowMs: number): number =>
  Math.min(answer.storedAt + answer.ttl * 1000 - nowMs, answer.ttl * 1000);
