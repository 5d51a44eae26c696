/** A rule of a line and its place, from 1; a selector in parentheses is one rule. */
export interface PlacedRule {
  readonly word: string;
  readonly position: number;
}

/**
 * Joins the words between parentheses, as Redis does before it reads the rules.
 * @returns the place of the parenthesis that is never closed, where there is one.
 */
export function mergeSelectors(words: readonly PlacedRule[]): {
  readonly rules: readonly PlacedRule[];
  readonly unclosed: PlacedRule | undefined;
} {
  const rules: PlacedRule[] = [];
  let open: { readonly first: PlacedRule; readonly parts: string[] } | undefined;
  for (const each of words) {
    if (each.word.startsWith("(") && !each.word.endsWith(")")) open = { first: each, parts: [each.word] };
    else if (open === undefined) rules.push(each);
    else {
      open.parts.push(each.word);
      if (!each.word.endsWith(")")) continue;
      rules.push({ word: open.parts.join(" "), position: open.first.position });
      open = undefined;
    }
  }
  return { rules, unclosed: open?.first };
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["b", "\b"],
  ["a", "\u0007"],
]);
const BLANK = /[\s\0]/;

/**
 * Splits a text into words as Redis splits its configuration's lines and what stands between parentheses: with quotes,
 * and escapes in double ones.
 * @returns undefined where a quote is not closed, or something follows it at once.
 */
export function splitArguments(text: string): string[] | undefined {
  const found: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && BLANK.test(text.charAt(at))) at += 1;
    if (at >= text.length) return found;
    const word = readWord(text, at);
    if (word === undefined) return undefined;
    found.push(word.text);
    at = word.end;
  }
}

function readWord(text: string, from: number): { readonly text: string; readonly end: number } | undefined {
  const parts: string[] = [];
  let at = from;
  while (at < text.length && !BLANK.test(text.charAt(at))) {
    const quote = text.charAt(at);
    if (quote !== '"' && quote !== "'") {
      parts.push(quote);
      at += 1;
      continue;
    }
    const quoted = readQuoted(text, at + 1, quote);
    if (quoted === undefined || (quoted.end < text.length && !BLANK.test(text.charAt(quoted.end)))) return undefined;
    return { text: parts.join("") + quoted.text, end: quoted.end };
  }
  return { text: parts.join(""), end: at };
}

function readQuoted(text: string, from: number, quote: string): { text: string; end: number } | undefined {
  const parts: string[] = [];
  let at = from;
  while (at < text.length) {
    const letter = text.charAt(at);
    if (letter === quote) return { text: parts.join(""), end: at + 1 };
    const hex = quote === '"' && letter === "\\" ? /^\\x([0-9a-f]{2})/i.exec(text.slice(at, at + 4))?.[1] : undefined;
    if (hex !== undefined) {
      parts.push(String.fromCharCode(Number.parseInt(hex, 16)));
      at += 4;
    } else if (letter === "\\" && at + 1 < text.length && (quote === '"' || text.charAt(at + 1) === "'")) {
      const next = text.charAt(at + 1);
      parts.push(quote === '"' ? (ESCAPES.get(next) ?? next) : next);
      at += 2;
    } else {
      parts.push(letter);
      at += 1;
    }
  }
  return undefined;
}
