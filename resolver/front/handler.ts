import { rcodeOf } from "../cache/answer";
import type { Served } from "../cache/source";
import type { CachingTier } from "../cache/tier";
import type { Clock } from "../clock";
import type { Origin, Tally } from "../metrics/tally";
import { EXTENDED_ERROR, LEAST_UDP_BYTES, MOST_MESSAGE_BYTES, RCODE } from "../wire/codes";
import { parseQuery, type Query } from "../wire/query";
import type { Limiter } from "./limiter";
import { replyEmpty, replyFromAnswer, replyMinimalAny } from "./reply";

export type Transport = "udp" | "tcp";

/** The reply to a packet: at once, later, or none at all. */
export type Reply = Buffer | Promise<Buffer> | undefined;

export interface HandlerOptions {
  readonly tier: CachingTier;
  readonly limiter: Limiter;
  readonly tally: Tally;
  /** Largest answer over UDP in bytes, whatever a client says it takes. */
  readonly mostUdpBytes: number;
  /** Whether misses have looked into a shared cache: only then does it count them. */
  readonly l2: "present" | "absent";
  readonly clock: Clock;
}

/** Turns a client's packet into the reply to it. Nothing that a packet holds makes it throw. */
export class Handler {
  readonly #options: HandlerOptions;

  constructor(options: HandlerOptions) {
    this.#options = options;
  }

  handle(packet: Buffer, client: string, transport: Transport): Reply {
    const { limiter, tally, tier, clock } = this.#options;
    const begun = performance.now();
    const nowMs = clock();
    tally.counts[transport === "udp" ? "udpQueries" : "tcpQueries"] += 1;
    const admission = limiter.judge(client, nowMs);
    if (admission !== "pass") return this.#overLimit(packet, admission, transport);

    const parsed = parseQuery(packet);
    if (parsed.verdict === "drop") {
      tally.counts.dropped += 1;
      return undefined;
    }
    if (parsed.verdict === "refuse") {
      tally.rcode(parsed.rcode);
      return replyEmpty(packet, parsed.envelope, parsed.rcode);
    }
    if (parsed.verdict === "any") {
      tally.rcode(RCODE.noError);
      return replyMinimalAny(packet, parsed.envelope);
    }

    const answer = tier.lookup(parsed.key, nowMs);
    if (answer === undefined) return this.#miss(packet, parsed, transport, begun);
    const served: Served = { answer, tier: "l1", isStale: false };
    return this.#reply(packet, parsed, served, transport, nowMs, begun);
  }

  async #miss(packet: Buffer, query: Query, transport: Transport, begun: number): Promise<Buffer> {
    const { tier, tally, clock } = this.#options;
    try {
      const served = await tier.resolve(query.key, "answer");
      return this.#reply(packet, query, served, transport, clock(), begun);
    } catch {
      // Whatever it was has been counted or logged where it happened; the client is told the same.
      tally.counts.l1Misses += 1;
      tally.counts.failures += 1;
      tally.rcode(RCODE.serverFailure);
      return replyEmpty(packet, query.envelope, RCODE.serverFailure, {
        extendedError: EXTENDED_ERROR.noReachableAuthority,
      });
    }
  }

  #reply(packet: Buffer, query: Query, served: Served, transport: Transport, nowMs: number, begun: number): Buffer {
    const { tally } = this.#options;
    const reply = replyFromAnswer(packet, query, served.answer, {
      nowMs,
      limit: this.#limit(query, transport),
      isStale: served.isStale,
      extendedError: served.isStale ? staleness(served) : undefined,
    });
    if ((reply.readUInt8(2) & 0x02) !== 0) tally.counts.truncated += 1;
    tally.rcode(rcodeOf(served.answer));
    const origin = this.#count(served);
    tally.latency[origin].observe((performance.now() - begun) / 1000);
    return reply;
  }

  #limit(query: Query, transport: Transport): number {
    if (transport === "tcp") return MOST_MESSAGE_BYTES;
    const { edns } = query.envelope;
    return edns === undefined ? LEAST_UDP_BYTES : Math.min(edns.udpBytes, this.#options.mostUdpBytes);
  }

  #count(served: Served): Origin {
    const { tally, l2 } = this.#options;
    if (served.isStale) tally.counts.staleAnswers += 1;
    if (served.tier === "l1" && !served.isStale) {
      tally.counts.l1Hits += 1;
      return "l1";
    }
    tally.counts.l1Misses += 1;
    const isSharedHit = served.tier === "l2" && !served.isStale;
    if (isSharedHit) tally.counts.l2Hits += 1;
    else if (l2 === "present") tally.counts.l2Misses += 1;
    if (served.isStale) return "stale";
    return isSharedHit ? "l2" : "upstream";
  }

  #overLimit(packet: Buffer, admission: "drop" | "slip", transport: Transport): Buffer | undefined {
    const { tally } = this.#options;
    tally.counts.rateLimited += 1;
    if (admission === "drop" && transport === "udp") return undefined;
    const parsed = parseQuery(packet);
    if (parsed.verdict === "drop") return undefined;
    if (transport === "tcp") return replyEmpty(packet, parsed.envelope, RCODE.refused);
    return replyEmpty(packet, parsed.envelope, RCODE.noError, { truncated: true });
  }
}

const staleness = ({ answer }: Served): number =>
  rcodeOf(answer) === RCODE.nameError ? EXTENDED_ERROR.staleNameError : EXTENDED_ERROR.staleAnswer;
