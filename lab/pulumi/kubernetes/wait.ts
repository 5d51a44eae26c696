// One wait: lists that are watched, a judgement after every change, and the ways in which it ends.
import type { JsonObject } from "../plugin/propertyValues";
import type { Cluster } from "./cluster";
import type { Judgement } from "./readiness/judgement";
import type { RelatedObjects } from "./readiness/rules";
import { watchList } from "./watcher";

export interface WaitOptions {
  readonly timeoutSeconds: number;
  readonly onProgress: (message: string) => void;
  /** Ends the wait early: the operator has cancelled. */
  readonly cancelled: AbortSignal;
}

export interface WatchedList extends RelatedObjects {
  readonly fieldSelector?: string;
}

export interface WaitResult {
  /** As last seen, in the order of the lists. */
  readonly seen: readonly (readonly JsonObject[])[];
  /** Why it did not come to a good end; empty when it did. */
  readonly problems: readonly string[];
}

export class Wait {
  readonly #seen: (readonly JsonObject[] | undefined)[];
  readonly #ended = new AbortController();
  #lastReason = "no answer from the API server yet";
  #settling: NodeJS.Timeout | undefined;

  constructor(
    readonly lists: readonly WatchedList[],
    readonly judge: (seen: readonly (readonly JsonObject[])[]) => Judgement,
    readonly options: WaitOptions,
  ) {
    this.#seen = lists.map(() => undefined);
  }

  /**
   * Ends with the first judgement that is final, with the time, or with the cancellation. Throws what a watch throws.
   */
  async run(cluster: Cluster): Promise<WaitResult> {
    const { timeoutSeconds, cancelled } = this.options;
    const signal = AbortSignal.any([this.#ended.signal, cancelled]);
    let timeout: NodeJS.Timeout | undefined;
    let watches: Promise<void>[] = [];
    try {
      const problems = await new Promise<readonly string[]>((resolve, reject) => {
        const cancel = (): void => resolve([`cancelled while waiting: ${this.#lastReason}`]);
        cancelled.addEventListener("abort", cancel);
        if (cancelled.aborted) cancel();
        timeout = setTimeout(
          () => resolve([`timed out after ${timeoutSeconds} s: ${this.#lastReason}`]),
          timeoutSeconds * 1000,
        );
        watches = this.lists.map(({ path, ...selector }, place) => {
          const onChange = (objects: readonly JsonObject[]): void => {
            this.#seen[place] = objects;
            this.#decide(resolve);
          };
          return watchList(cluster, path, selector, onChange, signal).catch(reject);
        });
      });
      return { seen: this.#seen.map((objects) => objects ?? []), problems };
    } finally {
      clearTimeout(timeout);
      clearTimeout(this.#settling);
      this.#ended.abort();
      await Promise.all(watches);
    }
  }

  /** Nothing is judged before every list has been read once. */
  #decide(end: (problems: readonly string[]) => void): void {
    const seen = this.#seen.filter((objects) => objects !== undefined);
    if (seen.length < this.lists.length) return;
    clearTimeout(this.#settling);
    const judgement = this.judge(seen);
    if (judgement.state === "ready") return end([]);
    if (judgement.state === "failed") return end([judgement.reason]);
    if (judgement.state === "settling") this.#settling = setTimeout(() => end([]), judgement.seconds * 1000);
    if (judgement.reason !== this.#lastReason) this.options.onProgress(judgement.reason);
    this.#lastReason = judgement.reason;
  }
}
