import type { Purpose, Served, Source } from "../cache/source";
import { msLeft } from "../cache/ttl";
import type { Clock } from "../clock";
import type { SharedReader } from "../l2/sharedReader";
import type { QuestionKey } from "../wire/question";

/** Of a shared answer's TTL, what must be left for it to count as a refresh: else it is what everybody has already. */
const REFRESHED_PART = 0.2;

export interface ResolutionOptions {
  readonly shared: Pick<SharedReader, "get">;
  /** Whoever is asked for what the shared cache does not have. */
  readonly next: Source;
  /** How long after its expiry an answer may be served when there is nothing better; 0: never. */
  readonly keepStaleMs: number;
  readonly clock: Clock;
}

/** Finds what the local cache does not have: in the shared cache, else further on. */
export class Resolution implements Source {
  readonly #options: ResolutionOptions;

  constructor(options: ResolutionOptions) {
    this.#options = options;
  }

  async resolve(key: QuestionKey, purpose: Purpose): Promise<Served> {
    const { shared, next, keepStaleMs, clock } = this.#options;
    const found = await shared.get(key);
    const left = found === undefined ? -Infinity : msLeft(found, clock());
    const enough = found === undefined || purpose === "answer" ? 0 : found.ttl * 1000 * REFRESHED_PART;
    if (found !== undefined && left > enough) return { answer: found, tier: "l2", isStale: false };
    try {
      return await next.resolve(key, purpose);
    } catch (error) {
      // A replica of the shared cache may hold on to what has expired (note 17): now it is welcome.
      if (found !== undefined && left > -keepStaleMs) return { answer: found, tier: "l2", isStale: left <= 0 };
      throw error;
    }
  }
}
