/**
 * Ends what nobody waits for any more. Does what an AbortController does, which costs each question ten times as much.
 */
export class CallOff {
  readonly #acts = new Set<() => void>();
  #isCalled = false;

  get isCalled(): boolean {
    return this.#isCalled;
  }

  /** @returns what makes it forget `act`. */
  onCall(act: () => void): () => void {
    this.#acts.add(act);
    return () => void this.#acts.delete(act);
  }

  call(): void {
    this.#isCalled = true;
    for (const act of [...this.#acts]) act();
    this.#acts.clear();
  }
}
