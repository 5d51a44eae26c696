// The characters of a random password, chosen as the official provider does: the least number of each class first, the
// rest from all allowed classes, in random order.

export type CharacterClass = "lower" | "upper" | "numeric" | "special";

export interface PasswordRules {
  readonly length: number;
  /** The classes allowed, with the least number of each. */
  readonly classes: ReadonlyMap<CharacterClass, number>;
  /** Replaces the special characters. */
  readonly overrideSpecial: string | undefined;
}

/** An integer from 0 up to, not including, `limit`. */
export type RandomInt = (limit: number) => number;

const CHARACTERS: Record<CharacterClass, string> = {
  lower: "abcdefghijklmnopqrstuvwxyz",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  numeric: "0123456789",
  special: "!@#$%&*()-_=+[]{}<>:?",
};

export function generatePassword(rules: PasswordRules, randomInt: RandomInt): string {
  const alphabets = [...rules.classes].map(([name, least]) => ({ characters: charactersOf(name, rules), least }));
  const all = alphabets.map(({ characters }) => characters).join("");
  const chosen = alphabets.flatMap(({ characters, least }) => pick(characters, least, randomInt));
  chosen.push(...pick(all, rules.length - chosen.length, randomInt));
  return shuffle(chosen, randomInt).join("");
}

function charactersOf(name: CharacterClass, { overrideSpecial }: PasswordRules): string {
  return name === "special" && overrideSpecial !== undefined ? overrideSpecial : CHARACTERS[name];
}

function pick(characters: string, count: number, randomInt: RandomInt): string[] {
  return Array.from({ length: count }, () => characters.charAt(randomInt(characters.length)));
}

/** Fisher–Yates. */
function shuffle(items: readonly string[], randomInt: RandomInt): string[] {
  const shuffled: string[] = [];
  for (const item of items) {
    const place = randomInt(shuffled.length + 1);
    const displaced = shuffled[place];
    if (displaced !== undefined) shuffled.push(displaced);
    shuffled[place] = item;
  }
  return shuffled;
}
