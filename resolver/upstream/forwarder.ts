import { afterPendingIo } from "../afterPendingIo";
import { answerFromUpstream, type Answer } from "../cache/answer";
import { ResolutionFailure } from "../cache/source";
import type { TtlPolicy } from "../cache/ttl";
import type { Clock } from "../clock";
import type { Log } from "../log";
import { FLAG, RCODE } from "../wire/codes";
import { questionOf, questionSectionOf, type QuestionKey } from "../wire/question";
import { describeAddress, type UpstreamAddress } from "./address";
import { CallOff } from "./callOff";
import { ExchangeFailure, type ExchangeProblem, type Patience } from "./exchange";
import { afterFailure, afterReply, inOrder, isHealthy, patienceMs, unknownUpstream, type UpstreamState } from "./judge";
import { buildRequest, inLowerCase, type CaseOfNames, type Request } from "./request";
import { exchangeOverTcp } from "./tcp";
import { exchangeOverUdp } from "./udp";

/** How an attempt ended: with an answer, with a code that says "not me", not at all, or before it had its time. */
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

/** Between two attempts at an upstream that is not there, at first and at most: what restarts is back soon. */
const FIRST_PAUSE_MS = 250;
const MOST_PAUSE_MS = 1_000;
/** A large answer over TCP takes two round trips and more packets. */
const MOST_TCP_MS = 2_000;
/** What a server says that was made before EDNS (RFC 6891, 7). */
const KNOWS_NO_EDNS: ReadonlySet<number> = new Set([RCODE.formatError, RCODE.notImplemented]);
/** What a client is better told than "failed"; anything else may be this upstream's own trouble. */
const CONCLUSIVE: ReadonlySet<number> = new Set([RCODE.noError, RCODE.nameError, RCODE.yxDomain]);

/** A question as it is put to one upstream. */
interface Attempt {
  readonly upstream: UpstreamAddress;
  readonly key: QuestionKey;
  /** Until it ends at the latest, in milliseconds. */
  readonly timeoutMs: number;
  readonly callOff: CallOff;
  /** Called once when the upstream has let its usual time pass, or is not there: time to ask another beside it. */
  readonly onSilence: () => void;
}

type Outcome = Answer | Exclude<AttemptResult, "answered">;

/**
 * Asks the upstreams: the fastest healthy one first, the next one too when that is silent for longer than it usually
 * is,
 * over TCP what does not fit into UDP. Whoever has been asked may answer until the question's time is over: one that is
 * slow, or was away for a moment, is no reason to tell a client that its question failed.
 */
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
  ask(key: QuestionKey): Promise<Answer> {
    const { upstreams, budgetMs } = this.#options;
    const end = performance.now() + budgetMs;
    const waiting = [...inOrder(upstreams, (each) => this.#stateOf(each))];
    const asked = new Set<UpstreamAddress>();
    const callOff = new CallOff();
    let refusal: string | undefined;
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        finish();
        callOff.call();
      };
      const next = (): void => {
        const upstream = waiting.shift();
        if (upstream !== undefined) return put(upstream);
        // Where one has refused, those that are down anyway are not waited for.
        const isOver =
          asked.size === 0 || (refusal !== undefined && ![...asked].some((each) => isHealthy(this.#stateOf(each))));
        if (isOver) settle(() => reject(new ResolutionFailure(`no upstream answers; last: ${refusal ?? "timeout"}`)));
      };
      const put = (upstream: UpstreamAddress): void => {
        let isNewest = true;
        const goOn = (): void => {
          if (isNewest && !callOff.isCalled) next();
          isNewest = false;
        };
        asked.add(upstream);
        void this.#attempt({ upstream, key, timeoutMs: end - performance.now(), callOff, onSilence: goOn }).then(
          (outcome) => {
            asked.delete(upstream);
            if (callOff.isCalled) return;
            if (typeof outcome !== "string") return settle(() => resolve(outcome));
            if (outcome === "refused" || outcome === "malformed") refusal = outcome;
            if (isNewest) goOn();
            else if (waiting.length === 0) next();
          },
        );
      };
      next();
    });
  }

  /** Asks one upstream and notes how it went, for the order of the next questions. Never fails. */
  async probe(upstream: UpstreamAddress, key: QuestionKey): Promise<void> {
    await this.#attempt({
      upstream,
      key,
      timeoutMs: this.#options.budgetMs,
      callOff: new CallOff(),
      onSilence: () => undefined,
    });
  }

  async #attempt(attempt: Attempt): Promise<Outcome> {
    const { observer, ttl } = this.#options;
    const { upstream, key } = attempt;
    const begun = performance.now();
    const observed = <T extends Outcome>(outcome: T): T => {
      observer.attempt(
        describeAddress(upstream),
        typeof outcome === "string" ? outcome : "answered",
        (performance.now() - begun) / 1000,
      );
      return outcome;
    };
    try {
      const { message, askedAt } = await this.#persist(attempt);
      if (!CONCLUSIVE.has(message.readUInt16BE(2) & FLAG.rcode)) return observed("refused");
      return observed(
        answerFromUpstream(message, questionSectionOf(key), questionOf(key).type, ttl, askedAt) ?? "malformed",
      );
    } catch (error) {
      return observed(error instanceof ExchangeFailure ? error.problem : "unreachable");
    }
  }

  /**
   * Tries one upstream for as long as there is time. Its state is told of a reply, and once of its silence.
   * @returns what it says, and when it was asked: what it says was true then at the latest.
   * @throws ExchangeFailure
   */
  async #persist({
    upstream,
    key,
    timeoutMs,
    callOff,
    onSilence,
  }: Attempt): Promise<{ readonly message: Buffer; readonly askedAt: number }> {
    const { clock } = this.#options;
    const end = performance.now() + timeoutMs;
    let problem: ExchangeProblem = "overtaken";
    const note = (what: ExchangeProblem): void => {
      if (problem === "overtaken") this.#note(upstream, afterFailure(this.#stateOf(upstream), clock()));
      problem = what;
      onSilence();
    };
    const cancel = afterPendingIo(Math.min(timeoutMs, patienceMs(this.#stateOf(upstream))), () => note("timeout"));
    try {
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MOST_PAUSE_MS)) {
        const [askedAt, begun] = [clock(), performance.now()];
        try {
          const message = await this.#exchange(upstream, key, { timeoutMs: end - begun, callOff });
          this.#note(upstream, afterReply(this.#stateOf(upstream), performance.now() - begun));
          return { message, askedAt };
        } catch (error) {
          const why = error instanceof ExchangeFailure ? error.problem : "unreachable";
          // What it knew before it was called off is the better reason.
          if (why === "overtaken") throw new ExchangeFailure(problem);
          note(why);
          if (why !== "unreachable" || end - performance.now() < pauseMs) throw new ExchangeFailure(why);
          await pause(pauseMs, callOff);
          if (callOff.isCalled) throw new ExchangeFailure(why);
        }
      }
    } finally {
      cancel();
    }
  }

  async #exchange(upstream: UpstreamAddress, key: QuestionKey, { timeoutMs, callOff }: Patience): Promise<Buffer> {
    const { caseOfNames } = this.#options;
    const end = performance.now() + timeoutMs;
    const left = (): Patience => ({ timeoutMs: end - performance.now(), callOff });
    const message = await this.#exchangeAs(upstream, buildRequest(key, { caseOfNames, edns: "spoken" }), left());
    if (!KNOWS_NO_EDNS.has(message.readUInt16BE(2) & FLAG.rcode)) return message;
    return this.#exchangeAs(upstream, buildRequest(key, { caseOfNames, edns: "absent" }), left());
  }

  async #exchangeAs(upstream: UpstreamAddress, request: Request, patience: Patience): Promise<Buffer> {
    const end = performance.now() + patience.timeoutMs;
    const udpPatience = { ...patience, resendAfterMs: patienceMs(this.#stateOf(upstream)) };
    const overUdp = await exchangeOverUdp(upstream, request, udpPatience);
    if (typeof overUdp !== "string") return overUdp;
    this.#options.observer.askedOverTcp(describeAddress(upstream));
    try {
      return await exchangeOverTcp(upstream, request, {
        ...patience,
        timeoutMs: Math.min(end - performance.now(), MOST_TCP_MS),
      });
    } catch (error) {
      if (overUdp !== "other-case" || !(error instanceof ExchangeFailure) || error.problem !== "unreachable")
        throw error;
      // It keeps no case and speaks no TCP: its replies are as hard to forge as id and port make them.
      const again = await exchangeOverUdp(upstream, inLowerCase(request), {
        ...udpPatience,
        timeoutMs: end - performance.now(),
      });
      if (typeof again === "string") throw error;
      return again;
    }
  }

  #stateOf(upstream: UpstreamAddress): UpstreamState {
    return this.#states.get(upstream) ?? unknownUpstream;
  }

  #note(upstream: UpstreamAddress, state: UpstreamState): void {
    const wasHealthy = isHealthy(this.#stateOf(upstream));
    this.#states.set(upstream, state);
    if (isHealthy(state) !== wasHealthy)
      this.#options.log(wasHealthy ? "warn" : "info", wasHealthy ? "upstream down" : "upstream back", {
        upstream: describeAddress(upstream),
      });
  }
}

const pause = (ms: number, callOff: CallOff): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stay();
      resolve();
    };
    const timer = setTimeout(end, ms);
    const stay = callOff.onCall(end);
  });
