/** A token bucket: what one client may still ask. Mutable, because there is one for each packet's client. */
export interface Bucket {
  tokens: number;
  /** Milliseconds since 1970 of the last look. */
  at: number;
}

export interface Rate {
  /** Tokens a second. */
  readonly perSecond: number;
  /** Tokens that a bucket holds. */
  readonly burst: number;
}

export const fullBucket = (rate: Rate, nowMs: number): Bucket => ({ tokens: rate.burst, at: nowMs });

/** Takes a token. @returns whether there was one. A clock set back gives none, and takes none away. */
export function take(bucket: Bucket, rate: Rate, nowMs: number): boolean {
  const elapsed = Math.max(0, nowMs - bucket.at);
  bucket.tokens = Math.min(rate.burst, bucket.tokens + (elapsed * rate.perSecond) / 1000);
  bucket.at = nowMs;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
