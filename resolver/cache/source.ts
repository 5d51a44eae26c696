import type { QuestionKey } from "../wire/question";
import type { Answer } from "./answer";

/** Where an answer was found. */
export type Tier = "l1" | "l2" | "upstream";

/** An answer as it is served. */
export interface Served {
  readonly answer: Answer;
  readonly tier: Tier;
  /** Past its TTL, served because nothing better is to be had (RFC 8767). */
  readonly isStale: boolean;
}

/**
 * Why a source is asked. `answer`: a client waits. `refresh`: nobody waits, and what is wanted is something newer than
 * the nearly expired answer that everyone has.
 */
export type Purpose = "answer" | "refresh";

/**
 * Whoever answers what a local cache cannot: the shared cache and the upstreams, or another process that asks these.
 */
export interface Source {
  /** @throws ResolutionFailure when there is no answer to be had. */
  resolve(key: QuestionKey, purpose: Purpose): Promise<Served>;
}

/** No answer is to be had now; the client is told SERVFAIL. */
export class ResolutionFailure extends Error {
  override readonly name = "ResolutionFailure";
}
