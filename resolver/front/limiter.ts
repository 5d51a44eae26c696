import { LRUCache } from "lru-cache";
import { fullBucket, take, type Bucket, type Rate } from "./bucket";

/**
 * Clients remembered; those heard last. A flood from forged addresses fills it without end, and costs no more than
 * this.
 */
const MOST_CLIENTS = 20_000;
/**
 * Of UDP queries over the limit, one in so many is answered "truncated": a real client comes back over TCP, a forged
 * one cannot.
 */
const SLIP = 4;

export type Verdict = "pass" | "drop" | "slip";

/** IPv6 customers have a /64 each: its addresses are one client. IPv4 addresses mapped into IPv6 are IPv4. */
export function clientOf(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? networkOf(address);
}

function networkOf(address: string): string {
  const [head = "", tail] = address.split("%", 1)[0]?.split("::") ?? [];
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(zeros).fill("0"), ...right]
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(":");
}

/** Limits each client's queries a second, so that one that floods does not take from the others. */
export class Limiter {
  readonly #rate: Rate;
  readonly #buckets = new LRUCache<string, Bucket>({ max: MOST_CLIENTS });
  #over = 0;

  /** @param rate of 0 a second: no limit. */
  constructor(rate: Rate) {
    this.#rate = rate;
  }

  judge(address: string, nowMs: number): Verdict {
    if (this.#rate.perSecond === 0) return "pass";
    const client = clientOf(address);
    let bucket = this.#buckets.get(client);
    if (bucket === undefined) {
      bucket = fullBucket(this.#rate, nowMs);
      this.#buckets.set(client, bucket);
    }
    if (take(bucket, this.#rate, nowMs)) return "pass";
    this.#over += 1;
    return this.#over % SLIP === 0 ? "slip" : "drop";
  }
}
