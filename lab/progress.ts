/** Says what the lab is doing, a line each, with the seconds since its start: `[  12.3s] primary: etcd ready`. */
export class Progress {
  readonly #write: (line: string) => void;
  readonly #start = performance.now();

  constructor(write: (line: string) => void = (line) => console.log(line)) {
    this.#write = write;
  }

  /** For callers that have the only say on their output. */
  static silent(): Progress {
    return new Progress(() => undefined);
  }

  say(message: string): void {
    this.#write(`[${this.seconds().toFixed(1).padStart(6)}s] ${message}`);
  }

  /** Since this was made. */
  seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }
}
