import type { Purpose, Served, Source } from "../cache/source";
import { msLeft } from "../cache/ttl";
import type { Clock } from "../clock";
import type { SharedCache } from "../l2/sharedCache";
import type { Forwarder } from "../upstream/forwarder";
import type { QuestionKey } from "../wire/question";

/** Of a shared answer's TTL, what must be left for it to count as a refresh: else it is what everybody has already. */
const REFRESHED_PART = 0.2;

export interface ResolutionOptions {
  /** undefined: no shared cache is configured. */
  readonly shared: SharedCache | undefined;
  readonly forwarder: Forwarder;
  /** How long after its expiry an answer may be served when there is nothing better; 0: never. */
  readonly keepStaleMs: number;
  readonly clock: Clock;
}

/** Finds what the local cache does not have: in the shared cache, else upstream; and tells the shared cache. */
export class Resolution implements Source {
  readonly #options: ResolutionOptions;

  constructor(options: ResolutionOptions) {
    this.#options = options;
  }

  async resolve(key: QuestionKey, purpose: Purpose): Promise<Served> {
    const { shared, forwarder, keepStaleMs, clock } = this.#options;
    const found = await shared?.get(key);
    const left = found === undefined ? -Infinity : msLeft(found, clock());
    const enough = found === undefined || purpose === "answer" ? 0 : found.ttl * 1000 * REFRESHED_PART;
    if (found !== undefined && left > enough) return { answer: found, tier: "l2", isStale: false };
    try {
      const answer = await forwarder.ask(key);
      shared?.put(key, answer);
      return { answer, tier: "upstream", isStale: false };
    } catch (error) {
      // A replica of the shared cache may hold on to what has expired (facts/dragonfly.md): now it is welcome.
      if (found !== undefined && left > -keepStaleMs) return { answer: found, tier: "l2", isStale: left <= 0 };
      throw error;
    }
  }
}
