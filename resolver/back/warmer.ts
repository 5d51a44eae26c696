import type { CachingTier } from "../cache/tier";
import { msLeft } from "../cache/ttl";
import type { Clock } from "../clock";
import type { SharedReader } from "../l2/sharedReader";
import type { SharedWriter } from "../l2/sharedWriter";
import type { Log } from "../log";
import type { QuestionKey } from "../wire/question";
import { decodePopular, encodePopular, mergePopular } from "./popular";

export interface WarmerOptions {
  readonly reader: Pick<SharedReader, "get" | "readPopular">;
  readonly writer: Pick<SharedWriter, "writePopular">;
  readonly tier: CachingTier;
  /** Names in the list, and fetched at the start. */
  readonly names: number;
  /** This replica's names, the most popular first. */
  readonly popular: (most: number) => Promise<readonly QuestionKey[]>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Between two writings of the list by one replica. */
const WRITE_EVERY_MS = 300_000;
/** Answers fetched at once while warming: enough to fill a round trip, few enough to leave the cache to others. */
const BATCH = 64;
/** Milliseconds after which the warming is good enough. */
const WARM_BUDGET_MS = 3_000;

/**
 * Keeps the list of popular names in the shared cache, and fetches their answers when a replica starts, so that its
 * clients do not find it empty. (Listing the keys instead would show this user the names of everybody's keys.)
 */
export class Warmer {
  readonly #options: WarmerOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WarmerOptions) {
    this.#options = options;
  }

  /** Fetches the answers of popular names, for three seconds at most. @returns how many are now in the local cache. */
  async warm(): Promise<number> {
    const { reader, tier, names, clock, log } = this.#options;
    const begun = clock();
    const list = await reader.readPopular();
    const keys = list === undefined ? [] : decodePopular(list, names);
    let warmed = 0;
    for (let i = 0; i < keys.length && clock() - begun < WARM_BUDGET_MS; i += BATCH) {
      const batch = keys.slice(i, i + BATCH);
      const answers = await Promise.all(batch.map(async (key) => ({ key, answer: await reader.get(key) })));
      for (const { key, answer } of answers) {
        if (answer === undefined || msLeft(answer, clock()) <= 0) continue;
        tier.learn(key, { answer, tier: "l2", isStale: false });
        warmed += 1;
      }
    }
    log("info", "warmed from the shared cache", { names: warmed, ms: clock() - begun });
    return warmed;
  }

  start(): void {
    this.#timer = setTimeout(
      () => void this.write().finally(() => this.start()),
      WRITE_EVERY_MS * (0.75 + Math.random() / 2),
    ).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Writes the list now. */
  async write(): Promise<void> {
    const { reader, writer, names, popular } = this.#options;
    const own = await popular(names);
    if (own.length === 0) return;
    const list = await reader.readPopular();
    writer.writePopular(encodePopular(mergePopular(own, list === undefined ? [] : decodePopular(list, names), names)));
  }
}
