/** A text that does not parse: what is wrong with it, and what to write instead. */
export class ParseError extends Error {
  override readonly name = "ParseError";
  constructor(
    readonly problem: string,
    readonly remedy: string,
  ) {
    super(`${problem}; ${remedy}`);
  }
}
