/** Why an exchange with an upstream came to nothing. */
export type ExchangeProblem = "timeout" | "unreachable" | "malformed" | "spoofed";

export class ExchangeFailure extends Error {
  constructor(readonly problem: ExchangeProblem) {
    super(problem);
  }
}
