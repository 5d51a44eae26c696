import type { Served, Source } from "../cache/source";
import type { SharedWriter } from "../l2/sharedWriter";
import type { Forwarder } from "../upstream/forwarder";
import type { QuestionKey } from "../wire/question";

/** The end of every search: asks upstream, and tells the shared cache. */
export class Upstreams implements Source {
  readonly #forwarder: Pick<Forwarder, "ask">;
  readonly #shared: Pick<SharedWriter, "put"> | undefined;

  /** @param shared undefined: no shared cache is configured. */
  constructor(forwarder: Pick<Forwarder, "ask">, shared: Pick<SharedWriter, "put"> | undefined) {
    this.#forwarder = forwarder;
    this.#shared = shared;
  }

  async resolve(key: QuestionKey): Promise<Served> {
    const answer = await this.#forwarder.ask(key);
    this.#shared?.put(key, answer);
    return { answer, tier: "upstream", isStale: false };
  }
}
