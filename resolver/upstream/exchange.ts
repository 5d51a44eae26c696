import type { CallOff } from "./callOff";

/** Why an exchange with an upstream came to nothing. `overtaken`: nobody waits for it any more. */
export type ExchangeProblem = "timeout" | "unreachable" | "malformed" | "overtaken";

export class ExchangeFailure extends Error {
  constructor(readonly problem: ExchangeProblem) {
    super(problem);
  }
}

/** How long an exchange may take. */
export interface Patience {
  /** Milliseconds until it has failed. */
  readonly timeoutMs: number;
  /** Ends it sooner: another upstream has answered. */
  readonly callOff: CallOff;
}
