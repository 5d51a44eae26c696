import { answerFromUpstream, type Answer } from "../cache/answer";
import { ResolutionFailure } from "../cache/source";
import type { TtlPolicy } from "../cache/ttl";
import type { Clock } from "../clock";
import type { Log } from "../log";
import { FLAG, RCODE } from "../wire/codes";
import { questionOf, questionSectionOf, type QuestionKey } from "../wire/question";
import { describeAddress, type UpstreamAddress } from "./address";
import { ExchangeFailure, type ExchangeProblem } from "./exchange";
import { afterFailure, afterReply, attemptTimeoutMs, inOrder, isHealthy, unknownUpstream, type UpstreamState } from "./judge";
import { buildRequest, type CaseOfNames } from "./request";
import { exchangeOverTcp } from "./tcp";
import { exchangeOverUdp } from "./udp";

/** How an attempt ended: with an answer, with a code that says "not me", or not at all. */
export type AttemptResult = "answered" | "refused" | ExchangeProblem;

export interface UpstreamObserver {
  attempt(upstream: string, result: AttemptResult, seconds: number): void;
  /** A reply was truncated, or nobody could tell whether it was true. */
  askedOverTcp(upstream: string): void;
}

export interface ForwarderOptions {
  readonly upstreams: readonly UpstreamAddress[];
  readonly ttl: TtlPolicy;
  readonly caseOfNames: CaseOfNames;
  /** For a question in all, however many upstreams are tried, in milliseconds. */
  readonly budgetMs: number;
  readonly observer: UpstreamObserver;
  readonly clock: Clock;
  readonly log: Log;
}

/** Rounds through the list of upstreams before a question is given up. */
const ROUNDS = 2;
const LEAST_ATTEMPT_MS = 50;
/** A large answer over TCP takes two round trips and more packets. */
const MOST_TCP_MS = 2_000;
/** What a client is better told than "failed"; anything else may be this upstream's own trouble. */
const CONCLUSIVE: ReadonlySet<number> = new Set([RCODE.noError, RCODE.nameError, RCODE.yxDomain]);

/** Asks the upstreams: the fastest healthy one first, the next when it fails, over TCP what does not fit into UDP. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #states = new Map<UpstreamAddress, UpstreamState>();

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  /** Each upstream with what is known of it. */
  get states(): readonly (readonly [upstream: UpstreamAddress, state: UpstreamState])[] {
    return this.#options.upstreams.map((upstream) => [upstream, this.#stateOf(upstream)] as const);
  }

  /** @throws ResolutionFailure when no upstream gives a conclusive answer in time. */
  async ask(key: QuestionKey): Promise<Answer> {
    const { upstreams, budgetMs, clock } = this.#options;
    const deadline = clock() + budgetMs;
    let last = "no upstream";
    for (let round = 0; round < ROUNDS; round++) {
      for (const upstream of inOrder(upstreams, (each) => this.#stateOf(each))) {
        const left = deadline - clock();
        if (left < LEAST_ATTEMPT_MS) throw new ResolutionFailure(`time is up; last: ${last}`);
        const result = await this.#attempt(upstream, key, left);
        if (typeof result !== "string") return result;
        last = result;
      }
    }
    throw new ResolutionFailure(`all upstreams failed; last: ${last}`);
  }

  /** Asks one upstream and notes how it went, for the order of the next questions. Never fails. */
  async probe(upstream: UpstreamAddress, key: QuestionKey): Promise<void> {
    await this.#attempt(upstream, key, this.#options.budgetMs);
  }

  async #attempt(upstream: UpstreamAddress, key: QuestionKey, leftMs: number): Promise<Answer | Exclude<AttemptResult, "answered">> {
    const { observer, clock, ttl } = this.#options;
    const name = describeAddress(upstream);
    // TTLs count from when the question was asked: what it says was true then at the latest.
    const askedAt = clock();
    const begun = performance.now();
    const took = (): number => performance.now() - begun;
    try {
      const message = await this.#exchange(upstream, key, leftMs);
      this.#note(upstream, afterReply(this.#stateOf(upstream), took()));
      if (!CONCLUSIVE.has(message.readUInt16BE(2) & FLAG.rcode)) {
        observer.attempt(name, "refused", took() / 1000);
        return "refused";
      }
      const answer = answerFromUpstream(message, questionSectionOf(key), questionOf(key).type, ttl, askedAt);
      observer.attempt(name, answer === undefined ? "malformed" : "answered", took() / 1000);
      return answer ?? "malformed";
    } catch (error) {
      const problem = error instanceof ExchangeFailure ? error.problem : "unreachable";
      observer.attempt(name, problem, took() / 1000);
      this.#note(upstream, afterFailure(this.#stateOf(upstream), clock()));
      return problem;
    }
  }

  async #exchange(upstream: UpstreamAddress, key: QuestionKey, leftMs: number): Promise<Buffer> {
    const request = buildRequest(key, this.#options.caseOfNames);
    const overUdp = await exchangeOverUdp(upstream, request, Math.min(leftMs, attemptTimeoutMs(this.#stateOf(upstream))));
    if (overUdp !== "ask-over-tcp") return overUdp;
    this.#options.observer.askedOverTcp(describeAddress(upstream));
    return exchangeOverTcp(upstream, request, Math.min(leftMs, MOST_TCP_MS));
  }

  #stateOf(upstream: UpstreamAddress): UpstreamState {
    return this.#states.get(upstream) ?? unknownUpstream;
  }

  #note(upstream: UpstreamAddress, state: UpstreamState): void {
    const wasHealthy = isHealthy(this.#stateOf(upstream));
    this.#states.set(upstream, state);
    if (isHealthy(state) !== wasHealthy) this.#options.log(wasHealthy ? "warn" : "info", wasHealthy ? "upstream down" : "upstream back", { upstream: describeAddress(upstream) });
  }
}
