/** Shorter values are found everywhere by chance. */
const SHORTEST = 12;

/** Values that must not appear anywhere else. They are compared, never shown. */
export class KnownSecrets {
  /**
   * Secrets and their encoded forms, by their first characters: a text is walked through once, however many there are.
   */
  private readonly byStart = new Map<string, string[]>();

  constructor(values: readonly string[]) {
    for (const secret of new Set(values.filter((value) => value.length >= SHORTEST)))
      for (const form of [secret, Buffer.from(secret).toString("base64")]) this.add(form);
  }

  /** Whether a text holds one of them. */
  areIn(text: string): boolean {
    if (this.byStart.size === 0) return false;
    for (let at = 0; at + SHORTEST <= text.length; at += 1) {
      const candidates = this.byStart.get(text.slice(at, at + SHORTEST));
      if (candidates?.some((secret) => text.startsWith(secret, at)) === true) return true;
    }
    return false;
  }

  private add(secret: string): void {
    const start = secret.slice(0, SHORTEST);
    const known = this.byStart.get(start);
    if (known === undefined) this.byStart.set(start, [secret]);
    else known.push(secret);
  }
}
