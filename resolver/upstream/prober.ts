import type { QuestionKey } from "../wire/question";
import type { UpstreamAddress } from "./address";
import type { Forwarder } from "./forwarder";
import { isHealthy } from "./judge";

const HEALTHY_EVERY_MS = 10_000;
const UNHEALTHY_EVERY_MS = 1_000;

/**
 * Asks every upstream a harmless question now and then: so the slower ones' speed stays known, and one that was down is
 * back in use within a second or two of its return.
 */
export class Prober {
  readonly #timers = new Map<UpstreamAddress, NodeJS.Timeout>();
  #isStopped = true;

  constructor(
    readonly forwarder: Forwarder,
    readonly question: QuestionKey,
  ) {}

  start(): void {
    this.#isStopped = false;
    for (const [upstream] of this.forwarder.states) void this.#probe(upstream);
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  async #probe(upstream: UpstreamAddress): Promise<void> {
    await this.forwarder.probe(upstream, this.question);
    if (this.#isStopped) return;
    const state = this.forwarder.states.find(([each]) => each === upstream)?.[1];
    const every = state === undefined || isHealthy(state) ? HEALTHY_EVERY_MS : UNHEALTHY_EVERY_MS;
    // By chance a little more or less: replicas started together do not ask together.
    this.#timers.set(
      upstream,
      setTimeout(() => void this.#probe(upstream), every * (0.75 + Math.random() / 2)),
    );
  }
}
