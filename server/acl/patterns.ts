import { RESERVED_PREFIX } from "./user";

const literal = (text: string): string => text.replace(/[\\*?[\]^]/g, "\\$&");

/**
 * Patterns that together match every key but those under `prefix`. The ACL grammar has no "all but", so each pattern
 * leaves the prefix at another letter: for "ab", keys that do not begin with "a", then those that begin with "a" but
 * not
 * with "ab", then the key "a" itself. Both servers match with the same glob.
 */
export function allKeysBut(prefix: string): readonly string[] {
  const letters = [...prefix];
  const diverging = letters.map((letter, at) => `${literal(letters.slice(0, at).join(""))}[^${literal(letter)}]*`);
  const shorter = letters.slice(1).map((_, at) => literal(letters.slice(0, at + 1).join("")));
  return [...diverging, ...shorter];
}

/** Every key but the guard's own. */
export const allKeysButReserved: readonly string[] = allKeysBut(RESERVED_PREFIX);
