/** A question that waits for another state is answered at the latest then: the gateway learns that the guard lives. */
export const ANSWER_WITHIN_MS = 4_000;
/** A gateway asks again at once; one that has not is gone, or cannot reach this guard. */
const GONE_AFTER_MS = ANSWER_WITHIN_MS + 2_000;
/** No site has so many gateways: whoever asks beyond is answered, and not remembered. */
const MOST_GATEWAYS = 256;

interface Gateway {
  /** The state that it said last that it acts by. */
  known: string;
  seenAt: number;
}

/**
 * The gateways that hold a question open, here and at the peers. Each is told of a change at once, and its next
 * question names the state that it acts by from then on.
 */
export class Gateways {
  private readonly gateways = new Map<string, Gateway>();
  private readonly waiting = new Set<() => void>();
  private readonly listeners = new Set<() => void>();
  private told = "";

  constructor(
    private readonly state: () => string,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /** Tells all of them, if the state is another one than before. */
  changed(): void {
    const state = this.state();
    if (state === this.told) return;
    this.told = state;
    for (const answer of [...this.waiting]) answer();
  }

  /**
   * A gateway's question. `answer` is called once: at once where `known` is not the state, else with the next change.
   * @returns what is to be called when its connection ends.
   */
  ask(id: string, known: string, answer: (state: string) => void): () => void {
    this.note(id, known);
    const state = this.state();
    if (known !== state) {
      answer(state);
      return () => undefined;
    }
    const settle = (): void => {
      clearTimeout(late);
      this.waiting.delete(settle);
      answer(this.state());
    };
    const late = setTimeout(settle, ANSWER_WITHIN_MS);
    this.waiting.add(settle);
    return () => {
      if (!this.waiting.delete(settle)) return;
      clearTimeout(late);
      this.gateways.delete(id);
      this.tellListeners();
    };
  }

  /** Until every gateway acts by the present state, or the limit has passed. */
  async informed(limitMs: number): Promise<"all" | "some"> {
    this.changed();
    if (this.allKnow()) return "all";
    return new Promise((resolve) => {
      const end = (outcome: "all" | "some"): void => {
        clearTimeout(late);
        this.listeners.delete(look);
        resolve(outcome);
      };
      const look = (): void => {
        if (this.allKnow()) end("all");
      };
      const late = setTimeout(() => end("some"), limitMs);
      this.listeners.add(look);
    });
  }

  private allKnow(): boolean {
    const state = this.state();
    const now = this.monotonic();
    for (const [id, gateway] of this.gateways) {
      if (now - gateway.seenAt > GONE_AFTER_MS) this.gateways.delete(id);
      else if (gateway.known !== state) return false;
    }
    return true;
  }

  private note(id: string, known: string): void {
    if (id === "" || (!this.gateways.has(id) && this.gateways.size >= MOST_GATEWAYS)) return;
    this.gateways.set(id, { known, seenAt: this.monotonic() });
    this.tellListeners();
  }

  private tellListeners(): void {
    for (const look of [...this.listeners]) look();
  }
}
