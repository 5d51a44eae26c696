import { ResolutionFailure, type Purpose, type Served, type Source } from "../cache/source";
import type { QuestionKey } from "../wire/question";
import type { FromWorker, ToWorker } from "./messages";

interface Waiting {
  readonly resolve: (served: Served) => void;
  readonly reject: (error: ResolutionFailure) => void;
  readonly timer: NodeJS.Timeout;
}

/** Asks the primary process, which has the connections. */
export class RemoteSource implements Source {
  readonly #waiting = new Map<number, Waiting>();
  readonly #send: (message: FromWorker) => void;
  readonly #timeoutMs: number;
  #seq = 0;

  /** @param timeoutMs a little more than the primary process gives itself. */
  constructor(send: (message: FromWorker) => void, timeoutMs: number) {
    this.#send = send;
    this.#timeoutMs = timeoutMs;
  }

  resolve(key: QuestionKey, purpose: Purpose): Promise<Served> {
    const seq = ++this.#seq;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#settle(seq)?.reject(new ResolutionFailure("the primary process did not answer")),
        this.#timeoutMs,
      );
      this.#waiting.set(seq, { resolve, reject, timer });
      this.#send({ kind: "ask", seq, key, purpose });
    });
  }

  heard(message: Extract<ToWorker, { readonly kind: "answered" | "failed" }>): void {
    const waiting = this.#settle(message.seq);
    if (message.kind === "answered") waiting?.resolve(message.served);
    else waiting?.reject(new ResolutionFailure(message.reason));
  }

  #settle(seq: number): Waiting | undefined {
    const waiting = this.#waiting.get(seq);
    this.#waiting.delete(seq);
    clearTimeout(waiting?.timer);
    return waiting;
  }
}
